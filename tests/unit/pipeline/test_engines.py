"""A build in several processes is the build in one, to the last byte; a killed worker changes
nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from diffmine.atlas.writer import open_workspace
from diffmine.config import BuildConfig, EvaluateConfig
from diffmine.engine import Engine, Processes, here
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import build, run_evaluation, run_stage
from diffmine.stages.typicality import controls
from tests.helpers import draw_shapes, quick


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".diffmine")
    }


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("engines")
    draw_shapes(root / "data")
    make_random(root / "base")
    return root


@pytest.fixture(scope="module")
def processes() -> Iterator[Processes]:
    engine = Processes(2)
    yield engine
    engine.close()


def whole(root: Path, name: str, engine: Engine) -> dict[str, bytes]:
    """Every stage that has shards, the race and the base's maps among them."""
    config = quick(root / "base", parallel=True)
    build(root / "data", root / name, config, engine=engine)
    (root / "boxes.csv").write_text(
        "file_name,label,x,y,w,h\n" + "".join(f"disc/{k:03d}.png,disc,2,2,9,9\n" for k in (0, 2))
    )
    judged = EvaluateConfig(boxes=str(root / "boxes.csv"), base=str(root / "base"), bootstrap=9)
    run_evaluation(root / name, judged, engine)
    return content(root / name)


def test_two_processes_give_the_bytes_of_one(root: Path, processes: Processes) -> None:
    alone, together = whole(root, "alone", here), whole(root, "together", processes)
    assert sorted(alone) == sorted(together)
    assert [name for name in alone if alone[name] != together[name]] == []
    assert {name.split("/")[0] for name in alone} >= {
        "features", "maps", "maps-base", "parallel", "parallel-windows", "sums", "translations"
    }  # fmt: skip


def race(root: Path) -> BuildConfig:
    config = quick(root / "base")
    return replace(config, typicality=replace(config.typicality, draws=16, adaptive=True, top=2))


def test_a_race_with_a_killed_worker_is_the_race(
    root: Path, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controls, "FEWEST", 1)
    path = root / "race"
    build(root / "data", path, quick(root / "base"))
    expected: dict[str, bytes] = {}
    killed: list[int] = []

    def kill(stage: str, done: int, total: int, unit: str, note: str = "") -> None:
        if not killed and note:  # a worker is in the middle of a shard
            killed.append(_a_child())
            os.kill(killed[0], signal.SIGKILL)

    for engine in (here, processes):
        atlas = open_workspace(path)
        with atlas.hold():
            atlas.drop("typicality")
            atlas.remove("sums/")
            watch = {"progress": kill} if engine is processes else {}
            run_stage(atlas, "typicality", race(root), engine, **watch)
        found = {name: data for name, data in content(path).items() if name.startswith(("m", "s"))}
        expected = expected or found
        assert found == expected
        assert all(atlas.finished(name) for name in atlas.manifest.artefacts)
    assert len(killed) == 1


def _a_child() -> int:
    """A worker process of this one."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            status = (entry / "stat").read_text().rpartition(")")[2].split()
            command = (entry / "cmdline").read_bytes()
            if int(status[1]) == os.getpid() and b"spawn_main" in command:
                return int(entry.name)
    raise AssertionError("no worker is there")
