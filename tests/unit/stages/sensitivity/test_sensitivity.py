"""An atlas mined in other ways: against plain loops over draws, stopped, spoilt, out of date."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.reader import Atlas
from diffmine.atlas.sensitivity import OWN, Sensitivity, read_sensitivity
from diffmine.atlas.writer import Workspace, create_workspace, open_workspace
from diffmine.config import BuildConfig, DataConfig, MineConfig, SensitivityConfig, TypicalityConfig
from diffmine.data.sources import open_dataset
from diffmine.engine import Report
from diffmine.errors import AtlasError, Cancelled, UsageError
from diffmine.maths.score import Scoring
from diffmine.maths.windows import best_windows, window_means
from diffmine.model.load import load_model
from diffmine.model.pixels import to_tensor
from diffmine.model.score import drawn, in_pixels, single_values
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import collect, run_stage
from diffmine.pipeline.models import use_model
from diffmine.pipeline.sensitivity import mine_again
from diffmine.stages.mine import run as mine
from diffmine.stages.typicality import run as typicality
from tests.helpers import LABELS, draw_shapes

SCORED = TypicalityConfig(draws=16, bands=2, shard=3, precision="fp32")
MINED = MineConfig(windows=(8,), per_image=3, per_label=50)
AGAIN = SensitivityConfig(t_ranges=("100-400", "200-500"), images=0, top=6, shard=4, bootstrap=50)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sensitivity")
    atlas = create_workspace(root / "atlas", Manifest(title="shapes", labels=list(LABELS)))
    with atlas.hold():
        collect(atlas, open_dataset(draw_shapes(root / "data", 5)), DataConfig(image_size=32))
        use_model(atlas, str(make_random(root / "model", LABELS)))
        typicality.run(atlas, SCORED)
        mine.run(atlas, MINED)
    return root / "atlas"


@pytest.fixture
def atlas(built: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(built, tmp_path / "atlas")
    return open_workspace(tmp_path / "atlas")


@pytest.fixture(scope="module")
def compared(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The same, mined again."""
    path = tmp_path_factory.mktemp("compared") / "atlas"
    shutil.copytree(built, path)
    atlas = open_workspace(path)
    mine_again(atlas, AGAIN)
    return atlas


def result_of(atlas: Atlas) -> Sensitivity:
    result = read_sensitivity(atlas)
    assert result is not None
    return result


# By plain loops: every draw by itself, maps in pixels, every window


Chosen = list[tuple[str, int, int, float]]
"""Image, row, column and mean typicality of the windows of a list."""


def plain(
    atlas: Atlas, label: str, how: Scoring, keep: Callable[[np.ndarray, int], Any]
) -> tuple[list[float], Chosen, list[float]]:
    """Mean typicality of a label's images, its list, and its windows at half-overlapping places,
    from those draws that `keep` takes, by timestep and place."""
    model = load_model(str(atlas.needed_model()), dtype=torch.float32)
    prompts = model.trained_prompts()
    images, chosen, windows = [], [], []
    for record in atlas.table("images").to_pylist():
        if record["label"] != label:
            continue
        name = record["image_id"]
        latent = model.encode(to_tensor(atlas.pictures.picture(name)))[0]
        draws = drawn(how, name, latent)
        values = single_values(model, latent, draws, [prompts.of(None), prompts.of(label)], 64)[0]
        taken = keep(draws.t.numpy()[::2], len(values))
        mean = values[np.flatnonzero(taken)].mean(0)
        images.append(float(mean.double().mean()))
        means = window_means(in_pixels(mean.half(), 32, 32).numpy(), 8)  # as maps/ keeps it
        chosen += [(name, w.row, w.col, w.typicality) for w in best_windows(means.copy(), 8, 3)]
        whole = window_means(in_pixels(mean, 32, 32).numpy(), 8)
        windows += whole[::4, ::4].ravel().tolist()
    chosen.sort(key=lambda window: -window[3])
    return images, chosen, windows


def shared(one: Chosen, other: Chosen, top: int) -> float:
    """The share of the first `top` of a list that those of another one hold, pixel by pixel."""

    def pixels(window: tuple[str, int, int, float]) -> set[tuple[int, int]]:
        return {(window[1] + r, window[2] + c) for r in range(8) for c in range(8)}

    hits = [
        any(a[0] == b[0] and 2 * len(pixels(a) & pixels(b)) > len(pixels(a) | pixels(b))
            for b in other[:top])
        for a in one[:top]
    ]  # fmt: skip
    return float(np.mean(hits))


KEPT = {
    "timesteps 100-400": (Scoring(draws=16), lambda t, n: (t >= 100) & (t < 400)),
    "timesteps 200-500": (Scoring(t_range=(200, 500), draws=16), lambda t, n: t >= 0),
    "seed 1": (Scoring(seed=1, draws=16), lambda t, n: t >= 0),
}


@pytest.mark.parametrize("variant", KEPT)
def test_figures_are_those_of_plain_loops_over_draws(compared: Workspace, variant: str) -> None:
    how, keep = KEPT[variant]
    result = result_of(compared)
    for label in LABELS:
        own = plain(compared, label, Scoring(draws=16), lambda t, n: t >= 0)
        other = plain(compared, label, how, keep)
        row = next(r for r in result.rows if (r["variant"], r["label"]) == (variant, label))
        assert (row["top"], row["of"], row["n"]) == (6, 15, 5)
        assert row["overlap"] == pytest.approx(shared(own[1], other[1], 6), abs=1e-5)
        for name, at in (("images", 0), ("windows", 2)):
            expected = spearmanr(own[at], other[at]).statistic
            assert row[name] == pytest.approx(expected, abs=0.02)
            assert row[f"{name}_low"] <= row[f"{name}_high"]
        assert 0 < row["chance"] < 0.5


def test_halves_are_those_of_the_draws_of_another_seed(compared: Workspace) -> None:
    how = Scoring(seed=1, draws=16)
    for label in LABELS:
        first = plain(compared, label, how, lambda t, n: np.arange(n) < n // 2)
        second = plain(compared, label, how, lambda t, n: np.arange(n) >= n // 2)
        row = next(r for r in result_of(compared).rows if r["label"] == label)
        assert row["halves_overlap"] == pytest.approx(shared(first[1], second[1], 6), abs=1e-5)
        expected = spearmanr(first[0], second[0]).statistic
        assert row["halves_images"] == pytest.approx(expected, abs=0.02)
        assert row["below"] == pytest.approx(row["overlap"] - row["halves_overlap"], abs=1e-5)


def test_the_atlas_s_own_list_is_what_mine_wrote(compared: Workspace) -> None:
    rows = compared.table("sensitivity").to_pylist()
    for label in LABELS:
        own = [r for r in rows if (r["variant"], r["label"]) == (OWN, label)]
        patches = compared.patches(label, "top", 0, 6)
        assert [r["patch_id"] for r in own] == [patch.patch_id for patch in patches]
        assert [r["typicality"] for r in own] == pytest.approx([p.typicality for p in patches])
        assert [r["se"] for r in own] == pytest.approx([p.se for p in patches], rel=2e-3)
        assert all(r["matched"] for r in own)


def test_kept_bands_call_no_model_and_what_is_new_says_so(compared: Workspace) -> None:
    new = {variant["name"]: variant["new"] for variant in result_of(compared).variants}
    assert new == {"timesteps 100-400": False, "timesteps 200-500": True, "seed 1": True}
    assert len(compared.parts("maps-again")) == 6  # 10 images in parts of 4, twice


def test_bands_without_sums_are_read_from_the_maps(atlas: Workspace, compared: Workspace) -> None:
    with atlas.hold():
        atlas.remove("sums/")
        atlas.save()
    mine_again(atlas, AGAIN)
    for one, other in zip(result_of(atlas).rows, result_of(compared).rows, strict=True):
        assert one["overlap"] == pytest.approx(other["overlap"], abs=0.2)
        assert one["images"] == pytest.approx(other["images"], abs=0.11)


# Stopped, spoilt, out of date


def test_a_stopped_run_goes_on_and_ends_the_same(atlas: Workspace, compared: Workspace) -> None:
    def stop(stage: str, done: int, total: int, unit: str, note: str = "") -> None:
        if done > 4:  # into the second part
            raise Cancelled

    with pytest.raises(Cancelled):
        mine_again(atlas, AGAIN, progress=stop)
    assert atlas.parts("maps-again")
    assert read_sensitivity(atlas) is None
    again = mine_again(open_workspace(atlas.path), AGAIN)[0]
    assert again.kept >= 4
    assert again.done + again.kept == 20
    for name in ("sensitivity.json", "sensitivity.parquet"):
        assert (atlas.path / name).read_bytes() == (compared.path / name).read_bytes()


def test_the_same_again_computes_nothing_and_one_seed_more_only_that(atlas: Workspace) -> None:
    def done(config: SensitivityConfig) -> list[int]:
        reports: list[Report] = mine_again(atlas, config)
        return [report.done for report in reports]

    plain_seed = SensitivityConfig(t_ranges=("100-400",), images=0, top=6, bootstrap=20, seeds=1)
    assert done(plain_seed) == [10, 2]
    assert done(plain_seed) == [0, 0]
    more = SensitivityConfig(t_ranges=("100-400",), images=0, top=6, bootstrap=20, seeds=2)
    assert done(more) == [10, 3]
    assert done(plain_seed) == [0, 2]
    assert len(atlas.parts("maps-again")) == 1  # what nothing asks for goes


def test_a_spoilt_part_is_made_again_alone(atlas: Workspace) -> None:
    from diffmine.atlas.health import health

    mine_again(atlas, AGAIN)
    before = (atlas.path / "sensitivity.json").read_bytes()
    part = atlas.parts("maps-again")[0]
    part.write_bytes(part.read_bytes()[:-40])
    (atlas.path / "sensitivity.json").write_text("{}")
    with pytest.raises(AtlasError, match=r"sensitivity\.json"):
        read_sensitivity(atlas)
    broken = health(open_workspace(atlas.path)).broken
    assert set(broken) == {f"maps-again/{part.name}", "sensitivity.json"}
    reports = mine_again(open_workspace(atlas.path), AGAIN)
    assert reports[0].done in (2, 4)
    assert not health(open_workspace(atlas.path)).broken
    assert (atlas.path / "sensitivity.json").read_bytes() == before


def test_what_is_about_another_mining_goes(atlas: Workspace) -> None:
    mine_again(atlas, AGAIN)
    config = BuildConfig(typicality=SCORED, mine=MineConfig(windows=(16,), per_image=1))
    with atlas.hold():
        run_stage(atlas, "mine", config)
    assert read_sensitivity(atlas) is None
    assert not atlas.has("sensitivity")
    assert [row["of"] for row in _again(atlas).rows if row["label"]] == [5] * 6


def _again(atlas: Workspace) -> Sensitivity:
    mine_again(atlas, AGAIN)
    return result_of(atlas)


def test_a_sample_of_each_label_is_compared(atlas: Workspace) -> None:
    mine_again(atlas, SensitivityConfig(images=2, top=50, bootstrap=20))
    result = result_of(atlas)
    assert result.images == {"disc": 2, "square": 2}
    assert {(row["n"], row["top"]) for row in result.rows if row["label"]} == {(2, 3)}
    assert [variant["name"] for variant in result.variants] == [
        "timesteps 100-400", "timesteps 400-700", "seed 1",
    ]  # fmt: skip
    assert not any(variant["new"] for variant in result.variants[:2])


def test_what_cannot_be_asked_is_one_sentence(atlas: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="100-700 are the timesteps"):
        mine_again(atlas, SensitivityConfig(t_ranges=("100-700",)))
    with pytest.raises(ValueError, match="'700-100' is not LOW-HIGH"):
        SensitivityConfig(t_ranges=("700-100",))
    empty = create_workspace(tmp_path / "empty", Manifest(title="", labels=["a"]))
    with pytest.raises(AtlasError, match="is not mined yet"):
        mine_again(empty, AGAIN)
