"""Images that are added, changed, moved or taken away: what is merged is what all at once would be,
and only they are scored."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.writer import Workspace, create_workspace
from diffmine.config import BuildConfig, DataConfig, MineConfig, TypicalityConfig
from diffmine.data.sources import open_dataset
from diffmine.engine import Report
from diffmine.model.model import Model
from diffmine.model.precision import load_checked
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import collect, run_stage
from diffmine.pipeline.models import use_model
from tests.helpers import LABELS, draw_shapes

CONFIG = BuildConfig(
    data=DataConfig(image_size=32),
    typicality=TypicalityConfig(draws=4, shard=3, precision="fp32"),
    mine=MineConfig(per_image=2, per_label=9),
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_random(tmp_path_factory.mktemp("model") / "model", LABELS)


Mine = Callable[..., tuple[Workspace, dict[str, Report]]]


@pytest.fixture
def mined(tmp_path: Path, model: Path) -> Mine:
    """Collects, scores and mines the folder `data`."""

    def run(out: str, **typicality: Any) -> tuple[Workspace, dict[str, Report]]:
        config = replace(CONFIG, typicality=replace(CONFIG.typicality, **typicality))
        dataset = open_dataset(tmp_path / "data")
        atlas = create_workspace(tmp_path / out, Manifest("t", list(dataset.labels)))
        with atlas.hold():
            reports = {"collect": collect(atlas, dataset, config.data)}
            use_model(atlas, str(model))
            for stage in ("typicality", "mine"):
                reports[stage] = run_stage(atlas, stage, config)
        return atlas, reports

    return run


def rows(atlas: Workspace, folder: str) -> list[dict[str, Any]]:
    table = atlas.read_parts(folder).to_pylist()
    return sorted(table, key=lambda row: (row["image_id"], row["label"], row["score"]))


def same(one: Workspace, other: Workspace) -> None:
    """Two atlases say the same of the same images."""
    for folder in ("maps", "sums"):
        assert rows(one, folder) == rows(other, folder)
    for table in ("patches", "duplicates", "warnings"):
        assert one.table(table).to_pylist() == other.table(table).to_pylist()


def test_what_is_merged_is_what_all_at_once_would_be(tmp_path: Path, mined: Mine) -> None:
    data = draw_shapes(tmp_path / "data", per_label=4)
    mined("atlas")
    shutil.copy(data / "disc" / "002.png", data / "disc" / "001-added.png")
    (data / "disc" / "004.png").unlink()
    shutil.move(data / "disc" / "006.png", data / "square" / "006.png")
    Image.new("RGB", (32, 32), "grey").save(data / "square" / "003.png")
    atlas, reports = mined("atlas")
    assert reports["collect"].figures == {"new": 2, "changed": 1, "gone": 2}
    assert (reports["typicality"].done, reports["typicality"].kept) == (3, 5)
    same(atlas, mined("fresh")[0])
    assert {row["image_id"] for row in rows(atlas, "maps")} == set(
        atlas.table("images")["image_id"].to_pylist()
    )


def test_an_image_with_another_label_is_scored_under_it(tmp_path: Path, mined: Mine) -> None:
    data = draw_shapes(tmp_path / "data", per_label=3)
    names = sorted(path.relative_to(data).as_posix() for path in data.rglob("*.png"))

    def write(label_of: Callable[[str], str]) -> None:
        lines = [f"{name},{label_of(name)}" for name in names]
        (data / "metadata.csv").write_text("\n".join(["file_name,label", *lines]))

    write(lambda name: name.split("/")[0])
    mined("atlas")
    write(lambda name: "square" if name == "disc/000.png" else name.split("/")[0])
    atlas, reports = mined("atlas")
    assert (reports["typicality"].done, reports["typicality"].kept) == (1, 5)
    assert atlas.scores("disc/000.png", "disc") == []
    same(atlas, mined("fresh")[0])


def test_an_image_joins_a_race(tmp_path: Path, mined: Mine) -> None:
    """What was scored stays as it is, and the new image gets all the draws that it needs."""
    data = draw_shapes(tmp_path / "data", per_label=4)
    before, _ = mined("atlas", adaptive=True, draws=16, top=2, window=0.5)
    maps = {row["image_id"]: row for row in rows(before, "maps")}
    shutil.copy(data / "disc" / "002.png", data / "disc" / "001-added.png")
    atlas, reports = mined("atlas", adaptive=True, draws=16, top=2, window=0.5)
    assert (reports["typicality"].done, reports["typicality"].kept) == (1, 8)
    after = {row["image_id"]: row for row in rows(atlas, "maps")}
    assert after.pop("disc/001-added.png")["draws"] >= 8
    assert after == maps


def test_more_draws_after_a_change_go_on_from_what_is_right(tmp_path: Path, mined: Mine) -> None:
    data = draw_shapes(tmp_path / "data", per_label=3)
    mined("atlas")
    Image.new("RGB", (32, 32), "grey").save(data / "square" / "003.png")
    atlas, reports = mined("atlas", draws=8)
    assert reports["typicality"].figures["rows"] == 5 * 2 * (8 - 4) + 2 * 8
    same(atlas, mined("fresh", draws=8)[0])


def test_a_stopped_merge_goes_on(tmp_path: Path, mined: Mine) -> None:
    """Killed once the images are written: the digests in the parts tell what is to be done."""
    data = draw_shapes(tmp_path / "data", per_label=3)
    atlas, _ = mined("atlas")
    Image.new("RGB", (32, 32), "grey").save(data / "square" / "003.png")
    dataset = open_dataset(data)
    before = (atlas.path / "atlas.json").read_bytes()
    collect(atlas, dataset, CONFIG.data)
    (atlas.path / "atlas.json").write_bytes(before)
    with atlas.hold():
        atlas.mend()
    atlas, reports = mined("atlas")
    assert (reports["typicality"].done, reports["typicality"].kept) == (1, 5)
    same(atlas, mined("fresh")[0])


def test_patches_of_an_image_that_went_are_not_shown(tmp_path: Path, mined: Mine) -> None:
    """Between collecting and mining an atlas never speaks of two states at once."""
    data = draw_shapes(tmp_path / "data", per_label=3)
    atlas, _ = mined("atlas")
    (data / "disc" / "000.png").unlink()
    collect(atlas, open_dataset(data), CONFIG.data)
    assert not atlas.has("patches")
    assert not atlas.fresh("mine")


def test_images_that_join_are_scored_in_the_arithmetic_of_the_others(
    tmp_path: Path, mined: Mine, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = draw_shapes(tmp_path / "data", per_label=2)
    atlas, _ = mined("atlas", precision="bf16")
    assert atlas.manifest.keys["arithmetic"] == "bf16"
    shutil.copy(data / "disc" / "000.png", data / "disc" / "added.png")
    asked: list[str] = []

    def load(path: Path, precision: str, pictures: object, *how: Any) -> Model:
        asked.append(precision)
        return load_checked(path, precision, [], *how)  # type: ignore[arg-type]

    monkeypatch.setattr("diffmine.stages.typicality.score.load_checked", load)
    assert mined("atlas", precision="auto")[1]["typicality"].done == 1
    assert asked == ["bf16"]
