"""A build in a cluster of Ray is the build in one process, to the last byte, also when a worker is
killed in the middle of every stage that has shards."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from diffmine.engine import Ray, here
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import build
from tests.helpers import draw_shapes, quick
from tests.unit.pipeline.test_engines import content

pytest.importorskip("ray")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Ray]:
    """Two places, whatever this machine has."""
    engine = Ray(cores=2)
    yield engine
    engine.close()


def workers() -> list[psutil.Process]:
    """The workers of the cluster that was started by this process."""
    family = psutil.Process().children(recursive=True)
    return [process for process in family if process.name().startswith("ray::Worker")]


def test_a_build_whose_workers_are_killed_is_the_build(cluster: Ray, tmp_path: Path) -> None:
    draw_shapes(tmp_path / "data")
    make_random(tmp_path / "base")
    config = quick(tmp_path / "base", parallel=True)
    killed: dict[str, int] = {}

    def kill(stage: str, done: int, total: int, unit: str, note: str = "") -> None:
        if unit and 0 < done < total and stage not in killed and (running := workers()):
            killed[stage] = running[0].pid
            os.kill(killed[stage], signal.SIGKILL)

    build(tmp_path / "data", tmp_path / "alone", config, engine=here)
    build(tmp_path / "data", tmp_path / "together", config, engine=cluster, progress=kill)
    alone, together = content(tmp_path / "alone"), content(tmp_path / "together")
    assert sorted(alone) == sorted(together)
    assert [name for name in alone if alone[name] != together[name]] == []
    assert set(killed) >= {"typicality", "cluster", "translate", "parallel"}
