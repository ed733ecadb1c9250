"""What an atlas says stays true: only what depends on a change is computed again, what is lost is
made again, and one data set never takes another's place."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from diffmine.atlas.writer import Workspace, open_workspace
from diffmine.config import BuildConfig
from diffmine.engine import Report
from diffmine.errors import UsageError
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import build, run_stage
from tests.helpers import draw_shapes, quick


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
    config = config or quick(root / "base", parallel=True)
    reports = {each.stage: each for each in build(root / "data", atlas.path, config)}
    atlas.manifest = open_workspace(atlas.path).manifest
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
    report = again(root, atlas, config)["typicality"]
    assert report.done == 12
    assert report.figures["rows"] == 12 * 2 * (8 - 4)
    assert len(atlas.parts("maps")) == len(atlas.parts("sums")) == 4


def test_another_map_layout_keeps_the_features(root: Path, atlas: Workspace) -> None:
    features = {n: d for n, d in atlas.manifest.artefacts.items() if n.startswith("features/")}
    with atlas.hold():
        config = changed(quick(root / "base"), cluster={"neighbours": 7, "elements": 1})
        report = run_stage(atlas, "cluster", config)
    assert (report.done, report.kept > 0) == (0, True)
    assert features.items() <= atlas.manifest.artefacts.items()
    assert {row["element"] for row in atlas.table("elements").to_pylist()} == {0}
    with atlas.hold():
        report = run_stage(atlas, "cluster", changed(config, cluster={"timestep": 300}))
    assert report.done > 0


def test_every_file_that_is_lost_cut_or_flipped_is_made_again(root: Path, atlas: Workspace) -> None:
    before = dict(atlas.manifest.artefacts)
    first: dict[str, str] = {}
    for name in before:
        first.setdefault(name.split("/")[0], name)
    assert len(first) >= 12
    for place, name in enumerate(first.values()):
        path = atlas.path / name
        content = bytearray(path.read_bytes())
        if place % 3 == 0:
            path.unlink()
        elif place % 3 == 1:
            path.write_bytes(content[: len(content) // 2])
        else:
            content[len(content) // 2] ^= 4
            path.write_bytes(content)
    reports = again(root, atlas)
    assert reports["mend"].done == len(first)
    assert reports["finetune"].done == 0
    assert atlas.manifest.artefacts == before
    assert all(atlas.finished(name) for name in before)


def test_one_lost_part_costs_one_shard(root: Path, atlas: Workspace) -> None:
    (atlas.path / "maps" / "part-00001.parquet").unlink()
    reports = again(root, atlas)
    assert (reports["typicality"].done, reports["typicality"].kept) == (3, 9)
    assert reports["mine"].done == reports["cluster"].done == 0


def test_another_data_set_is_refused_and_nothing_touched(root: Path, atlas: Workspace) -> None:
    other = root / "other"
    shutil.rmtree(other, ignore_errors=True)
    shutil.copytree(root / "data" / "disc", other / "round")
    before = {path: path.stat().st_mtime_ns for path in atlas.path.rglob("*")}
    words = r"holds another data set \(shapes: 0 of its 12 pictures are in"
    with pytest.raises(UsageError, match=words):
        build(other, atlas.path, quick(root / "base"))
    assert {path: path.stat().st_mtime_ns for path in atlas.path.rglob("*")} == before
    build(other, atlas.path, quick(root / "base"), replace_all=True)
    assert open_workspace(atlas.path).labels == ["round"]
