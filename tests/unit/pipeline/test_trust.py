"""What an atlas says stays true: only what depends on a change is computed again, what is lost is
made again, and one data set never takes another's place."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from diffmine.atlas.evaluation import read_evaluation
from diffmine.atlas.health import Health, health
from diffmine.atlas.writer import Workspace, open_workspace
from diffmine.config import BuildConfig, EvaluateConfig
from diffmine.engine import Report
from diffmine.errors import AtlasError, UsageError
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import build, run_evaluation, run_stage
from diffmine.pipeline.plan import FIRST, KEPT, Plan, plan
from tests.helpers import draw_shapes, quick, write_boxes


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("trust")
    draw_shapes(root / "data")
    make_random(root / "base")
    build(root / "data", root / "atlas", quick(root / "base", parallel=True))
    return root


@pytest.fixture
def atlas(root: Path, tmp_path: Path) -> Workspace:
    return open_workspace(shutil.copytree(root / "atlas", tmp_path / "atlas"))


def again(root: Path, atlas: Workspace, config: BuildConfig | None = None) -> dict[str, Report]:
    return as_planned(root / "data", atlas, config or quick(root / "base", parallel=True))


def as_planned(data: Path, atlas: Workspace, config: BuildConfig) -> dict[str, Report]:
    """What a build did; its plan said so before."""
    plans: list[Plan] = []
    reports = {each.stage: each for each in build(data, atlas.path, config, announce=plans.append)}
    atlas.manifest = open_workspace(atlas.path).manifest
    for step in plans[0].steps:
        if step.stage in ("cluster", "parallel") and step.fate != KEPT:
            continue  # reports count the features that were read, which may be there
        if step.stage == "typicality" and reports["collect"].refused:
            continue  # a picture of which nobody knew that it cannot be read
        if step.stage == "parallel":  # the report of trends counts both
            assert not reports["trends"].figures.get("translated")
            continue
        report = reports[step.stage]
        if not step.cost.startswith("at most"):
            assert (step.fate != KEPT) == (report.done > 0), (str(step), report)
        assert step.why or step.fate in (KEPT, FIRST)
    return reports


def changed(config: BuildConfig, **stages: dict[str, Any]) -> BuildConfig:
    tables = {name: replace(getattr(config, name), **more) for name, more in stages.items()}
    return replace(config, **tables)


@pytest.mark.parametrize(
    "stages",
    [
        {"data": {"title": "another", "kind": "time"}},
        {"typicality": {"shard": 5, "batch": 64, "precision": "fp32"}},
        {"cluster": {"shard": 2, "batch": 8}},
        {"translate": {"preview": 3}, "trends": {"shard": 3}},
        {"finetune": {"checkpoint": 5}},
    ],
)
def test_settings_that_change_no_result_compute_nothing(
    root: Path, atlas: Workspace, stages: dict[str, dict[str, Any]]
) -> None:
    before = dict(atlas.manifest.artefacts)
    reports = again(root, atlas, changed(quick(root / "base", parallel=True), **stages))
    assert {name: report.done for name, report in reports.items() if report.done} == {}
    assert atlas.manifest.artefacts == before
    if "data" in stages:
        assert (atlas.manifest.title, atlas.manifest.kind) == ("another", "time")


def test_more_draws_go_on_in_the_shards_that_are_there(root: Path, atlas: Workspace) -> None:
    config = changed(quick(root / "base"), typicality={"draws": 8, "shard": 5})
    lines = {step.stage: str(step) for step in plan(root / "data", config, out=atlas.path).steps}
    assert lines["typicality"] == (
        "typicality: added to (--typicality.draws 4 -> 8): "
        "12 x 4 draws x 2 prompts = 96 predictions"
    )
    report = again(root, atlas, config)["typicality"]
    assert report.done == 12
    assert report.figures["rows"] == 12 * 2 * (8 - 4)
    assert len(atlas.parts("maps")) == len(atlas.parts("sums")) == 4


def test_another_map_layout_keeps_the_features(root: Path, atlas: Workspace) -> None:
    features = {n: d for n, d in atlas.manifest.artefacts.items() if n.startswith("features/")}
    with atlas.hold():
        config = changed(quick(root / "base"), cluster={"neighbours": 7, "elements": 1})
        steps = plan(root / "data", config, out=atlas.path).steps
        (step,) = (step for step in steps if step.stage == "cluster")
        assert step.cost == "from the features that are there"
        report = run_stage(atlas, "cluster", config)
    assert (report.done, report.kept > 0) == (0, True)
    assert features.items() <= atlas.manifest.artefacts.items()
    assert {row["element"] for row in atlas.table("elements").to_pylist()} == {0}
    with atlas.hold():
        report = run_stage(atlas, "cluster", changed(config, cluster={"timestep": 300}))
    assert report.done > 0


Spoil = Callable[[Path], object]


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


SPOILS: tuple[Spoil, ...] = (flip, cut, Path.unlink)


def test_images_that_are_lost_while_the_pictures_change_are_collected_again(
    root: Path, atlas: Workspace, tmp_path: Path
) -> None:
    """As when a collect is killed just before it notes what it wrote."""
    data = shutil.copytree(root / "data", tmp_path / "data")
    Image.new("RGB", (32, 32), "grey").save(next((data / "disc").iterdir()))
    (atlas.path / "images.parquet").unlink()
    reports = as_planned(data, atlas, quick(root / "base", parallel=True))
    assert reports["finetune"].done == 0
    assert reports["typicality"].done == 1


def files_of(atlas: Workspace) -> list[str]:
    """Every file of an atlas and its model, without what is of this machine alone."""
    names = (p.relative_to(atlas.path).as_posix() for p in atlas.path.rglob("*") if p.is_file())
    return sorted(name for name in names if not name.startswith(".diffmine."))


def broken(atlas: Workspace) -> tuple[str, ...]:
    """What `check` names; of an atlas.json that cannot be read, that."""
    try:
        return health(open_workspace(atlas.path)).broken
    except AtlasError as error:
        if "atlas.json" not in str(error):
            raise
        return ("atlas.json",)


@pytest.mark.parametrize("spoil", SPOILS)
def test_check_names_every_file_that_is_spoilt(atlas: Workspace, spoil: Spoil) -> None:
    names = files_of(atlas)
    assert {"atlas.json", "refused.csv", "model/diffmine.json", "trained.parquet"} <= {*names}
    assert health(atlas) == Health(len(names), (), ())
    for name in names:
        path = atlas.path / name
        content = path.read_bytes()
        spoil(path)
        expected = () if spoil is cut and not content else (name,)
        assert (name, broken(atlas)) == (name, expected)
        path.write_bytes(content)
    (atlas.path / "notes.txt").write_text("mine")
    assert health(atlas) == Health(len(names), (), ("notes.txt",))


def test_every_file_that_is_lost_cut_or_flipped_is_made_again(root: Path, atlas: Workspace) -> None:
    before, files = dict(atlas.manifest.artefacts), atlas.manifest.model["files"]
    first: dict[str, str] = {}
    for name in before:
        first.setdefault(name.split("/")[0], name)
    assert len(first) >= 14
    for place, name in enumerate(first.values()):
        SPOILS[place % 3](atlas.path / name)
    reports = again(root, atlas)
    assert reports["mend"].done == len(first)
    assert reports["finetune"].done == 0
    assert (atlas.manifest.artefacts, atlas.manifest.model["files"]) == (before, files)
    assert broken(atlas) == ()


@pytest.mark.parametrize("name", ["diffmine.json", "unet/config.json"])
def test_a_model_that_is_spoilt_is_trained_again(root: Path, atlas: Workspace, name: str) -> None:
    """The same training gives the same model, to the byte: nothing else is computed again."""
    before, artefacts = dict(atlas.manifest.model), dict(atlas.manifest.artefacts)
    flip(atlas.path / "model" / name)
    reports = again(root, atlas)
    assert reports["finetune"].done == 6
    assert reports["typicality"].done == 0
    assert (atlas.manifest.model, atlas.manifest.artefacts) == (before, artefacts)
    assert broken(atlas) == ()


def test_a_manifest_that_was_changed_by_hand_is_set_right(root: Path, atlas: Workspace) -> None:
    path = atlas.path / "atlas.json"
    path.write_text(path.read_text().replace('"disc"', '"disk"'))
    assert broken(atlas) == ("atlas.json",)
    reports = again(root, atlas)
    assert reports["mend"].done == 1
    assert atlas.labels == ["disc", "square"]
    assert reports["typicality"].done == 0
    assert broken(atlas) == ()


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_single_file_is_mended(root: Path, atlas: Workspace, tmp_path: Path) -> None:
    """A bit of one file flipped, or its end cut off, one file at a time: a build mends it, or says
    that atlas.json cannot be read."""
    whole = {name: (atlas.path / name).read_bytes() for name in files_of(atlas)}
    lost: set[str] = set()
    for name, content in whole.items():
        for spoil in SPOILS[:2] if content else SPOILS[:1]:
            spoil(atlas.path / name)
            try:
                again(root, atlas)
            except AtlasError as error:
                if name != "atlas.json" or " broken" not in str(error):
                    raise
                (atlas.path / name).write_bytes(content)
                continue
            assert (name, broken(atlas)) == (name, ())
            if name.startswith("sums/") and not (atlas.path / name).exists():
                # More draws would go on from it; the maps that were made of it are whole.
                assert name not in atlas.manifest.artefacts
                lost.add(name)
                break
            changed = {
                other
                for other, old in whole.items()
                if other not in lost and (atlas.path / other).read_bytes() != old
            }
            assert changed <= {"atlas.json"}


def test_one_lost_part_costs_one_shard(root: Path, atlas: Workspace) -> None:
    (atlas.path / "maps" / "part-00001.parquet").unlink()
    reports = again(root, atlas)
    assert (reports["typicality"].done, reports["typicality"].kept) == (3, 9)
    assert reports["mine"].done == reports["cluster"].done == 0


def test_another_data_set_is_refused_and_nothing_touched(root: Path, atlas: Workspace) -> None:
    other = root / "other"
    shutil.rmtree(other, ignore_errors=True)
    shutil.copytree(root / "data" / "disc", other / "round")
    shutil.copytree(root / "data" / "square", other / "angular")
    before = {path: path.stat().st_mtime_ns for path in atlas.path.rglob("*")}
    words = r"holds another data set \(shapes: of its 12 pictures 0 have a namesake in"
    with pytest.raises(UsageError, match=words):
        build(other, atlas.path, quick(root / "base"))
    assert {path: path.stat().st_mtime_ns for path in atlas.path.rglob("*")} == before
    build(other, atlas.path, quick(root / "base"), replace_all=True)
    assert open_workspace(atlas.path).labels == ["angular", "round"]


def test_other_pictures_of_the_same_names_are_another_data_set(
    root: Path, atlas: Workspace, tmp_path: Path
) -> None:
    other = shutil.copytree(root / "data", tmp_path / "other")
    for at, path in enumerate(sorted(other.rglob("*.png"))):
        Image.new("RGB", (32, 32), (at, 0, 0)).save(path)
    before = {path: path.stat().st_mtime_ns for path in atlas.path.rglob("*")}
    with pytest.raises(UsageError, match="holds another data set"):
        build(other, atlas.path, quick(root / "base"))
    assert {path: path.stat().st_mtime_ns for path in atlas.path.rglob("*")} == before


@pytest.fixture(scope="module")
def recorded(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set with a table of records, and the atlas of it."""
    folder = tmp_path_factory.mktemp("recorded")
    data = shutil.copytree(root / "data", folder / "data")
    write_records(data, year="1920", patient="p")
    build(data, folder / "atlas", with_groups(root))
    return folder


@pytest.fixture
def own(recorded: Path, tmp_path: Path) -> tuple[Path, Workspace]:
    """A copy of both."""
    shutil.copytree(recorded, tmp_path, dirs_exist_ok=True)
    return tmp_path / "data", open_workspace(tmp_path / "atlas")


def with_groups(root: Path) -> BuildConfig:
    return changed(quick(root / "base"), data={"group": "patient"})


def write_records(data: Path, year: str, patient: str) -> None:
    names = sorted(path.relative_to(data).as_posix() for path in data.rglob("*.png"))
    lines = [f"{name},{name.split('/')[0]},{year},{patient}{at}" for at, name in enumerate(names)]
    (data / "metadata.csv").write_text("\n".join(["file_name,label,year,patient", *lines]))


def rebuilt(root: Path, data: Path, atlas: Workspace) -> dict[str, Report]:
    reports = as_planned(data, atlas, with_groups(root))
    atlas._forget()
    return reports


def test_a_picture_that_was_painted_over_is_noticed(
    root: Path, own: tuple[Path, Workspace]
) -> None:
    data, atlas = own
    Image.new("RGB", (32, 32), (5, 5, 5)).save(data / "disc" / "000.png")
    reports = rebuilt(root, data, atlas)
    assert (reports["collect"].done, reports["collect"].kept) == (1, 11)
    assert np.asarray(atlas.pictures.picture("disc/000.png")).mean() == 5
    assert (reports["typicality"].done, reports["typicality"].kept) == (1, 11)
    assert reports["finetune"].figures["images not learnt from"] == 1
    assert reports["mine"].done > 0
    again = rebuilt(root, data, atlas)
    assert {name: report.done for name, report in again.items() if report.done} == {}


def test_a_corrected_record_is_in_the_atlas_and_nothing_computed_again(
    root: Path, own: tuple[Path, Workspace]
) -> None:
    data, atlas = own
    write_records(data, year="1955", patient="q")
    reports = rebuilt(root, data, atlas)
    record = atlas.image("disc/000.png")
    assert (record["year"], record["group"]) == (1955, "q0")
    assert {name: report.done for name, report in reports.items() if report.done} == {}


def test_a_file_that_is_only_touched_changes_nothing(
    root: Path, own: tuple[Path, Workspace]
) -> None:
    data, atlas = own
    before = dict(atlas.manifest.artefacts)
    for path in data.rglob("*.png"):
        os.utime(path, (1, 1))
    (atlas.path / ".diffmine.sources.json").unlink()
    assert {name: each.done for name, each in rebuilt(root, data, atlas).items() if each.done} == {}
    assert atlas.manifest.artefacts == before


def test_a_broken_file_that_was_repaired_comes_in(root: Path, own: tuple[Path, Workspace]) -> None:
    data, atlas = own
    path = data / "disc" / "000.png"
    good = path.read_bytes()
    path.write_bytes(good[:60])
    reports = rebuilt(root, data, atlas)
    assert (reports["collect"].refused, reports["collect"].kept) == (1, 11)
    assert (reports["typicality"].done, reports["typicality"].kept) == (0, 11)
    again = rebuilt(root, data, atlas)
    assert {name: report.done for name, report in again.items() if report.done} == {}
    path.write_bytes(good)
    reports = rebuilt(root, data, atlas)
    assert (reports["collect"].done, reports["collect"].kept) == (1, 11)
    assert (reports["typicality"].done, reports["typicality"].kept) == (1, 11)
    assert reports["finetune"].figures["images not learnt from"] == 0


def test_boxes_go_when_their_file_does(root: Path, own: tuple[Path, Workspace]) -> None:
    data, atlas = own
    (data / "boxes.csv").write_text("file_name,label,x,y,w,h\ndisc/000.png,disc,2,2,9,9\n")
    rebuilt(root, data, atlas)
    assert atlas.has("boxes")
    (data / "boxes.csv").unlink()
    rebuilt(root, data, atlas)
    assert not atlas.has("boxes")


@pytest.mark.parametrize("name", ["warnings.parquet", "duplicates.parquet"])
def test_what_mine_writes_anew_keeps_its_elements(root: Path, atlas: Workspace, name: str) -> None:
    before = dict(atlas.manifest.artefacts)
    (atlas.path / name).unlink()
    reports = again(root, atlas)
    assert (reports["mine"].done, reports["translate"].done) == (36, 0)
    assert atlas.manifest.artefacts == before


@pytest.mark.parametrize("per_group", [0, 1])
def test_images_that_belong_together_otherwise_are_mined_as_if_at_first(
    root: Path, own: tuple[Path, Workspace], tmp_path: Path, per_group: int
) -> None:
    data, atlas = own
    config = changed(with_groups(root), mine={"per_group": per_group})
    if per_group:
        as_planned(data, atlas, config)
    table = data / "metadata.csv"
    rows = [line.rpartition(",")[0] for line in table.read_text().splitlines()[1:]]
    lines = [f"{row},pair{at // 2}" for at, row in enumerate(rows)]
    table.write_text("\n".join(["file_name,label,year,patient", *lines]))
    as_planned(data, atlas, config)
    build(data, tmp_path / "fresh", config, model=str(atlas.path / "model"))
    fresh = open_workspace(tmp_path / "fresh")
    for name in ("patches", "elements", "warnings", "trends"):
        # Of frames, in which what no image shows (nan) is the same as itself.
        assert atlas.table(name).to_pandas().equals(fresh.table(name).to_pandas())
    again = as_planned(data, atlas, config)
    assert {name: report.done for name, report in again.items() if report.done} == {}


def test_an_evaluation_goes_with_what_it_was_about(root: Path, own: tuple[Path, Workspace]) -> None:
    data, atlas = own
    write_boxes(data)
    rebuilt(root, data, atlas)
    run_evaluation(atlas.path, EvaluateConfig(bootstrap=5, base=str(root / "base")))
    (atlas.path / "warnings.parquet").unlink()
    rebuilt(root, data, atlas)
    assert read_evaluation(atlas)
    config = changed(with_groups(root), mine={"per_label": 4})
    assert "evaluation.json: goes" in str(plan(data, config, out=atlas.path))
    as_planned(data, atlas, config)
    assert read_evaluation(atlas) is None
    assert broken(atlas) == ()
    assert atlas.parts("maps-base")
    Image.new("RGB", (32, 32), (5, 5, 5)).save(data / "disc" / "000.png")
    as_planned(data, atlas, config)
    assert not atlas.parts("maps-base")


def test_a_parallel_set_goes_with_its_patches(root: Path, atlas: Workspace) -> None:
    again(root, atlas, quick(root / "base"))
    assert atlas.parts("parallel")
    again(root, atlas, changed(quick(root / "base"), mine={"per_label": 4}))
    assert not atlas.parts("parallel")


def test_a_plan_refuses_what_the_build_would(root: Path, atlas: Workspace, tmp_path: Path) -> None:
    other = shutil.copytree(root / "data" / "disc", tmp_path / "other" / "round").parent
    shutil.copytree(root / "data" / "square", other / "angular")
    with pytest.raises(UsageError, match="holds another data set"):
        plan(other, quick(root / "base"), out=atlas.path)
    assert plan(other, quick(root / "base"), out=atlas.path, replace_all=True)
    (tmp_path / "file").write_text("")
    with pytest.raises(AtlasError, match="is no folder"):
        plan(other, quick(root / "base"), out=tmp_path / "file")
