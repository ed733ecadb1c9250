"""The parallel set on the random model, through the command line; stopped between shards."""

import io
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from diffmine.atlas.reader import Atlas
from diffmine.atlas.slim import slim
from diffmine.atlas.writer import open_workspace
from diffmine.cli import main
from diffmine.config import BuildConfig, TrendsConfig
from diffmine.engine import silent
from diffmine.errors import Cancelled
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import build, run_stage
from diffmine.stages.parallel.shards import sources
from tests.helpers import LABELS, draw_shapes, quick

FLAGS = ["--parallel", "--images", "3", "--windows", "2", "--scored", "2", "--shard", "2",
         "--per-label", "1", "--draws", "4", "--bootstrap", "20", "--radius", "0.5"]  # fmt: skip
CONFIG = TrendsConfig(
    parallel=True,
    images=3,
    windows=2,
    scored=2,
    shard=2,
    per_label=1,
    draws=4,
    bootstrap=20,
    radius=0.5,
)
TABLES = ("sequences", "changes", "counts")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    base = make_random(folder / "base")
    build(draw_shapes(folder / "data"), folder / "atlas", quick(base))
    return folder / "atlas"


@pytest.fixture(scope="module")
def atlas(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """An unbroken run by the command line."""
    copy = copied(built, tmp_path_factory.mktemp("whole"))
    with pytest.raises(SystemExit) as done:
        main(["trends", str(copy), *FLAGS])
    assert done.value.code == 0
    return open_workspace(copy)


def copied(built: Path, folder: Path) -> Path:
    """The model lies inside the atlas, so a copy is whole."""
    shutil.copytree(built, folder / "atlas")
    return folder / "atlas"


def windows(atlas: Atlas) -> list[dict[str, Any]]:
    return atlas.read_parts("parallel-windows").to_pylist()


def test_every_chosen_image_is_there_under_every_label(atlas: Atlas) -> None:
    rows = atlas.read_parts("parallel").to_pylist()
    chosen = [source.image_id for source in sources(atlas, 3)]
    assert len(chosen) == 6
    assert [(row["image_id"], row["target"]) for row in rows] == [
        (name, label) for name in chosen for label in LABELS
    ]
    for row in rows:
        with Image.open(io.BytesIO(row["image"]["bytes"])) as picture:
            assert "Generated" in picture.text["Comment"]
            assert picture.size == (32, 32)
        assert len(row["mean"]) == row["height"] * row["width"]
        assert row["typicality"] == pytest.approx(float(np.mean(row["mean"])), abs=1e-3)


def test_the_images_with_the_best_patches_are_taken(atlas: Atlas) -> None:
    for label in LABELS:
        best = list(dict.fromkeys(patch.image_id for patch in atlas.patches(label)))[:3]
        assert sorted(best) == [s.image_id for s in sources(atlas, 3) if s.label == label]


def test_sequences_are_ranked_by_their_median(atlas: Atlas) -> None:
    found = atlas.table("sequences").to_pylist()
    best = [row for row in windows(atlas) if row["kind"] == "best"]
    curves: dict[str, dict[str, float]] = {}
    for row in best:
        curves.setdefault(row["window"], {})[row["target"]] = row["typicality"]
    assert {row["window"] for row in found} == set(curves)
    for row in found:
        curve = [curves[row["window"]][label] for label in LABELS]
        assert row["curve"] == pytest.approx(curve)
        assert row["typicality"] == pytest.approx(float(np.median(curve)))
    assert [row["rank"] for row in found] == list(range(1, len(found) + 1))
    scores = [row["typicality"] for row in found]
    assert scores == sorted(scores, reverse=True)


def test_windows_of_an_image_do_not_overlap(atlas: Atlas) -> None:
    by_image: dict[str, set[tuple[int, int, int]]] = {}
    for row in atlas.table("sequences").to_pylist():
        by_image.setdefault(row["image_id"], set()).add((row["row"], row["col"], row["size"]))
    for places in by_image.values():
        assert len(places) == 2
        (a, b, side), (c, d, _) = places
        assert abs(a - c) >= side or abs(b - d) >= side


def test_every_sequence_is_in_a_named_element_of_change(atlas: Atlas) -> None:
    changes = {row["change"]: row for row in atlas.table("changes").to_pylist()}
    rows = atlas.table("sequences").to_pylist()
    assert {row["change"] for row in rows} == set(changes)
    for change, row in changes.items():
        assert row["size"] == sum(each["change"] == change for each in rows)
        assert row["name"]
        assert row["most_typical"] in LABELS
        assert len(row["ink"]) == len(LABELS)


def test_counts_are_those_of_the_features(atlas: Atlas) -> None:
    """Everything anew from the files: centres, radii, matches and sets of images."""
    patches = [patch for label in LABELS for patch in atlas.patches(label)]
    table = atlas.read_parts("features").to_pylist()
    features = {row["patch_id"]: np.array(row["feature"], np.float64) for row in table}
    balls = []
    for label, element in sorted({(p.label, p.element) for p in patches}):
        own = [features[p.patch_id] for p in patches if (p.label, p.element) == (label, element)]
        centre = np.mean(own, axis=0)
        apart = [float(np.linalg.norm(each - centre)) for each in own]
        balls.append((label, element, centre, np.quantile(apart, CONFIG.radius) + 1e-6))

    def match(feature: Any) -> tuple[str, int] | None:
        apart = [np.linalg.norm(np.array(feature, np.float64) - ball[2]) for ball in balls]
        near = int(np.argmin(apart))
        return balls[near][:2] if apart[near] <= balls[near][3] else None

    mined = [row for row in windows(atlas) if row["kind"] == "mined"]
    rows = atlas.table("counts").to_pylist()
    assert len(rows) == len(balls) * len(LABELS)
    seen = 0
    for row in rows:
        key = (row["label"], row["element"])
        for own, suffix in ((False, ""), (True, "control_")):
            group = [
                w for w in mined
                if w["target"] == row["target"] and (w["label"] == w["target"]) == own
            ]  # fmt: skip
            had = {w["image_id"] for w in group if match(w["before"]) == key}
            has = {w["image_id"] for w in group if match(w["after"]) == key}
            assert row[f"{suffix}n"] == len({w["image_id"] for w in group}) == 3
            assert row[f"{suffix}added"] == len(has - had)
            assert row[f"{suffix}removed"] == len(had - has)
            seen += len(has - had) + len(had - has)
        assert row["added_low"] <= row["added"] <= row["added_high"]
        assert len(row["added_patches"]) == row["added"]
        assert len(row["removed_patches"]) == row["removed"]
        for name in (*row["added_patches"], *row["removed_patches"]):
            assert atlas.patch(name).label != row["target"]
    assert seen > 0


def test_a_stop_between_shards_loses_one_at_most(
    built: Path, atlas: Atlas, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = copied(built, tmp_path)
    broken = open_workspace(copy)

    def stop(stage: str, done: int, total: int, unit: str, note: str = "") -> None:
        if unit == "images" and done == 3:
            raise Cancelled("stopped")

    with broken.hold(), pytest.raises(Cancelled):
        run_stage(broken, "trends", BuildConfig(trends=CONFIG), progress=stop)
    assert len(open_workspace(copy).parts("parallel")) == 1
    before = open_workspace(copy).parts("parallel")[0].stat().st_mtime_ns
    again = open_workspace(copy)
    with again.hold():
        report = run_stage(again, "trends", BuildConfig(trends=CONFIG), progress=silent)
    assert (report.figures["kept"], report.figures["translated"]) == (2.0, 4.0)
    assert again.parts("parallel")[0].stat().st_mtime_ns == before
    assert again.manifest.artefacts == atlas.manifest.artefacts
    assert all(again.finished(name) for name in again.manifest.artefacts)


def test_images_translated_together_are_the_same(
    built: Path, atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a GPU; the same but for rounding."""
    monkeypatch.setattr("diffmine.stages.parallel.shards.together", lambda model, targets, size: 2)
    copy = open_workspace(copied(built, tmp_path))
    with copy.hold():
        run_stage(copy, "trends", BuildConfig(trends=CONFIG), progress=silent)
    one, several = (each.read_parts("parallel").to_pylist() for each in (atlas, copy))
    assert [(row["image_id"], row["target"]) for row in one] == [
        (row["image_id"], row["target"]) for row in several
    ]
    for first, second in zip(one, several, strict=True):
        same = [Image.open(io.BytesIO(row["image"]["bytes"])) for row in (first, second)]
        a, b = (np.asarray(picture.convert("RGB"), int) for picture in same)
        assert np.abs(a - b).max() <= 2


def test_another_seed_of_trends_translates_nothing_anew(atlas: Atlas, tmp_path: Path) -> None:
    copy = open_workspace(copied(atlas.path, tmp_path))
    other = TrendsConfig(**{**CONFIG.__dict__, "bootstrap": 30})
    with copy.hold():
        report = run_stage(copy, "trends", BuildConfig(trends=other))
    assert report.figures["translated"] == 0
    assert copy.parts("parallel")
    with copy.hold():
        run_stage(copy, "trends", BuildConfig())
    assert not any(copy.has(name) for name in TABLES)
    assert copy.parts("parallel")  # what was dear stays for the next time


def test_a_slim_copy_keeps_what_the_app_shows(atlas: Atlas, tmp_path: Path) -> None:
    copy = slim(open_workspace(atlas.path), tmp_path / "slim")
    assert all(copy.has(name) for name in (*TABLES, "parallel"))
    assert not copy.parts("parallel-windows")
