"""The stage typicality on a random model: topping up, resuming, racing, other maps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.reader import Atlas
from diffmine.atlas.writer import create_workspace
from diffmine.config import DataConfig, MineConfig, TypicalityConfig
from diffmine.data.sources import open_dataset
from diffmine.errors import Cancelled, UsageError
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import collect
from diffmine.pipeline.models import use_model
from diffmine.stages.mine.run import run as mine
from diffmine.stages.typicality import controls
from diffmine.stages.typicality import run as typicality
from tests.helpers import LABELS, draw_shapes, threads

CONFIG = TypicalityConfig(draws=4, shard=3, precision="fp32")
Make = Callable[..., Atlas]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_random(tmp_path_factory.mktemp("model") / "model", LABELS)


@pytest.fixture
def make(tmp_path: Path, model: Path) -> Make:
    """An atlas of shapes with the random model and no maps yet."""

    def made(name: str, per_label: int = 4) -> Atlas:
        data = draw_shapes(tmp_path / f"{name}-data", per_label)
        dataset = open_dataset(data)
        manifest = Manifest(title=name, labels=list(dataset.labels))
        atlas = create_workspace(tmp_path / name, manifest)
        collect(atlas, dataset, DataConfig(image_size=32))
        use_model(atlas, str(model))
        return atlas

    return made


@pytest.fixture(autouse=True)
def few_controls(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that there is a race among the few images of a test."""
    monkeypatch.setattr(controls, "FEWEST", 2)


def scored(atlas: Atlas, config: TypicalityConfig = CONFIG, **more: Any) -> Any:
    return typicality.run(atlas, config, **more)


def content(atlas: Atlas, folder: str = "maps") -> dict[str, bytes]:
    return {part.name: part.read_bytes() for part in atlas.parts(folder)}


@pytest.mark.parametrize("preset", ["common", "stratified", "paper"])
def test_topped_up_draws_are_those_asked_for_at_once(make: Make, preset: Any) -> None:
    config = replace(CONFIG, preset=preset)
    few, once = make("few"), make("once")
    scored(few, config)
    report = scored(few, replace(config, draws=12))
    scored(once, replace(config, draws=12))
    assert report.figures["rows"] == 8 * 2 * (12 - 4)
    assert content(few) == content(once)
    assert content(few, "sums") == content(once, "sums")


def test_maps_with_timesteps_of_each_image_are_kept_and_added_to_as_they_are(make: Make) -> None:
    older, once, new = make("older"), make("once"), make("new")
    scored(older, replace(CONFIG, preset="stratified"))
    before = content(older)
    assert scored(older).kept == 8
    assert content(older) == before
    scored(older, replace(CONFIG, draws=12))
    scored(once, replace(CONFIG, preset="stratified", draws=12))
    assert content(older) == content(once)
    scored(new, replace(CONFIG, draws=12))
    assert new.manifest.config["typicality"]["preset"] == "common"
    assert content(new) != content(once)


def test_fewer_draws_begin_anew(make: Make) -> None:
    many, few = make("many"), make("few")
    scored(many, replace(CONFIG, draws=6))
    scored(many)
    scored(few)
    assert content(many) == content(few)


def test_without_sums_the_maps_are_the_same(make: Make) -> None:
    plain, kept = make("plain"), make("kept")
    scored(plain, replace(CONFIG, sums=False))
    scored(kept)
    assert content(plain) == content(kept)
    assert not plain.parts("sums")


def test_more_images_leave_the_maps_of_the_others_alone(make: Make) -> None:
    small, large = make("small", 4), make("large", 7)
    scored(small)
    scored(large, replace(CONFIG, shard=5))
    names = small.table("images", ["image_id", "label"]).to_pylist()
    for row in names:
        one, other = (atlas.map(row["image_id"], row["label"]) for atlas in (small, large))
        assert one is not None
        assert other is not None
        assert np.array_equal(one[0], other[0])
        assert np.array_equal(one[1], other[1])


class _Stop:
    """Progress that stops the stage after some calls."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    def __call__(self, *_: Any) -> None:
        self.left -= 1
        if self.left < 0:
            raise Cancelled("enough")


@pytest.mark.parametrize(("adaptive", "count"), [(False, 1), (True, 1), (True, 2)])
def test_a_stopped_run_goes_on_to_the_same_bytes(make: Make, adaptive: bool, count: int) -> None:
    config = replace(CONFIG, draws=20, adaptive=adaptive, top=2, window=0.5, batch=64)
    broken, whole = make("broken"), make("whole")
    with threads(count):
        for calls in (1, 3, 4, 6):
            try:
                scored(broken, config, progress=_Stop(calls))
            except Cancelled:
                assert torch.get_num_threads() == count
        scored(broken, config)
        scored(whole, config)
    assert content(broken) == content(whole)


def test_latents_of_a_race_that_were_cut_are_made_again(make: Make) -> None:
    config = replace(CONFIG, draws=20, adaptive=True, top=2, window=0.5, batch=64)
    broken, whole = make("broken"), make("whole")
    latents: list[Path] = []

    def stop(*_: Any) -> None:
        latents[:] = (broken.path / "work" / "typicality").glob("*.safetensors")
        if latents:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        scored(broken, config, progress=stop)
    for path in latents:
        path.write_bytes(path.read_bytes()[:-1])
    scored(broken, config)
    scored(whole, config)
    assert content(broken) == content(whole)


def test_the_race_saves_draws_and_says_so(make: Make) -> None:
    atlas = make("race", 16)
    config = replace(CONFIG, draws=32, adaptive=True, top=1, window=0.5, margin=0.0)
    figures = scored(atlas, config).figures
    rows = atlas.read_parts("maps", ["draws", "standard_error", "se"]).to_pylist()
    draws = [row["draws"] for row in rows]
    assert set(draws) <= {2, 8, 16, 24, 32}
    assert min(draws) == 2 < max(draws) == 32
    assert figures["draws saved"] == pytest.approx(1 - np.mean(draws) / 32)
    assert figures["given up"] == sum(count < 16 for count in draws)
    assert figures["windows missed"] >= 0
    account = atlas.manifest.config["race"]
    assert account["given_up"] == figures["given up"]
    assert account["low"] <= account["high"] <= account["given_up"]
    for row in rows:
        assert min(row["standard_error"]) > 0, "one pair has the error of other images"
        assert row["se"] > 0


def test_images_that_were_given_up_have_no_place_among_the_best_and_the_least(make: Make) -> None:
    atlas = make("race", 16)
    scored(atlas, replace(CONFIG, draws=32, adaptive=True, top=1, window=0.5, margin=0.0))
    mine(atlas, MineConfig(windows=(0.5,), per_image=1, per_label=40))
    rows = atlas.read_parts("maps", ["image_id", "draws"]).to_pylist()
    draws = {row["image_id"]: row["draws"] for row in rows}
    full = {name for name, count in draws.items() if count >= 16}
    of_kind: dict[str, set[str]] = {}
    for row in atlas.table("patches", ["kind", "image_id"]).to_pylist():
        of_kind.setdefault(row["kind"], set()).add(row["image_id"])
    assert 0 < len(full) < len(draws)
    assert of_kind == {"top": full, "least": full, "random": set(draws)}


def test_a_race_with_timesteps_of_each_image_begins_with_four_pairs(make: Make) -> None:
    atlas = make("race", 8)
    config = replace(CONFIG, draws=32, adaptive=True, top=1, window=0.5, margin=0.0)
    figures = scored(atlas, replace(config, preset="stratified")).figures
    draws = [row["draws"] for row in atlas.read_parts("maps", ["draws"]).to_pylist()]
    assert set(draws) <= {8, 16, 24, 32}
    assert min(draws) == 8 < max(draws)
    assert figures["windows lost"] >= 0
    assert "race" not in atlas.manifest.config


def test_a_race_is_run_where_a_label_has_many_images_for_its_patches(make: Make) -> None:
    few, many, older = make("few", 9), make("many", 10), make("older", 10)
    config = replace(CONFIG, draws=8, top=2, window=0.5)
    scored(older, replace(config, adaptive=False))
    for atlas in (few, many, older):
        scored(atlas, config)
    raced = [atlas.manifest.config["typicality"]["adaptive"] for atlas in (few, many, older)]
    assert raced == [False, True, False], "an atlas goes on as it was scored"
    before = content(many)
    assert scored(many, replace(CONFIG, draws=8)).kept == 20, "for the same patches, too"
    assert content(many) == before


def test_the_winners_of_the_race_are_scored_as_without_it(make: Make) -> None:
    race, plain = make("race"), make("plain")
    scored(race, replace(CONFIG, draws=16, adaptive=True, top=1, window=0.5))
    scored(plain, replace(CONFIG, draws=16))
    for row in race.read_parts("maps", ["image_id", "label", "draws"]).to_pylist():
        if row["draws"] == 16:
            one, other = (a.map(row["image_id"], row["label"]) for a in (race, plain))
            assert one is not None
            assert other is not None
            assert np.array_equal(one[0], other[0])


def test_other_maps_on_request(make: Make) -> None:
    atlas = make("maps")
    config = replace(CONFIG, draws=10, sensitivity=True, bands=3, contrast="square")
    scored(atlas, config)
    names = atlas.read_parts("maps", ["score"])["score"].to_pylist()
    bands = ["band 100-300", "band 300-500", "band 500-700"]
    assert set(names) == {"typicality", "sensitivity", *bands, "against square"}
    rows = atlas.read_parts("maps").to_pylist()
    for image_id in {row["image_id"] for row in rows}:
        found = {row["score"]: row for row in rows if row["image_id"] == image_id}
        assert min(found["sensitivity"]["mean"]) >= 0
        weighted = sum(found[b]["draws"] * np.asarray(found[b]["mean"], float) for b in bands)
        own = np.asarray(found["typicality"]["mean"], float)
        np.testing.assert_allclose(weighted / 10, own, rtol=0.02, atol=1e-4)
        if found["typicality"]["label"] == "square":
            assert not np.any(found["against square"]["mean"])


def test_a_contrast_changes_its_sign_when_the_labels_swap(make: Make) -> None:
    atlas = make("all")
    config = replace(CONFIG, labels="all", contrast="square")
    scored(atlas, config)
    name = atlas.table("images", ["image_id"])["image_id"][0].as_py()
    disc, square = (atlas.map(name, label) for label in LABELS)
    against = atlas.map(name, "disc", "against square")
    assert disc is not None
    assert square is not None
    assert against is not None
    np.testing.assert_allclose(disc[0] - square[0], against[0], atol=1e-3)


def test_an_unknown_contrast_is_one_sentence(make: Make) -> None:
    with pytest.raises(UsageError, match="no label 'moon' to contrast with; it has disc, square"):
        scored(make("x"), replace(CONFIG, contrast="moon"))
