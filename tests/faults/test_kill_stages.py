"""kill -9 at random moments of each stage: going on gives the same bytes as an unbroken run."""

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from diffmine.atlas.atomic import TEMPORARY
from diffmine.atlas.reader import Atlas
from diffmine.atlas.writer import open_workspace
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import build, run_stage
from diffmine.stages import STAGES
from tests.helpers import draw_shapes, quick

POINTS = 10
KILLED = """
import os, signal, sys, threading, time
from pathlib import Path
from diffmine.pipeline.build import run_stage
from diffmine.model.load import load_model
from diffmine.atlas.writer import open_workspace
from tests.helpers import quick

atlas = open_workspace(sys.argv[1])
load_model(sys.argv[3])  # imports, before the clock starts
with atlas.hold():
    started = time.perf_counter()
    killer = threading.Timer(float(sys.argv[4]), os.kill, (os.getpid(), signal.SIGKILL))
    killer.daemon = True
    killer.start()
    run_stage(atlas, sys.argv[2], quick(Path(sys.argv[3]), parallel=True))
print(time.perf_counter() - started)
"""
NEVER = 3600.0


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_random(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def whole(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An unbroken build."""
    folder = tmp_path_factory.mktemp("whole")
    build(draw_shapes(folder / "data", 4), folder / "atlas", quick(base, parallel=True))
    return folder / "atlas"


def undone(whole: Path, stage: str, target: Path) -> Atlas:
    """A copy of the atlas as it was before a stage."""
    shutil.copytree(whole, target)
    atlas = open_workspace(target)
    with atlas.hold():
        for later in STAGES[STAGES.index(stage) :]:
            atlas.drop(later)
        atlas.remove("sums/")
        atlas.save()
    return open_workspace(target)


def run(atlas: Atlas, stage: str, base: Path, moment: float) -> float | None:
    """Seconds that a stage took in a process of its own; None where it was killed at `moment`."""
    command = [sys.executable, "-c", KILLED, str(atlas.path), stage, str(base), str(moment)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        command, env=environment, check=False, timeout=300, stdout=subprocess.PIPE, text=True
    )
    assert done.returncode in (0, -signal.SIGKILL)
    return float(done.stdout.splitlines()[-1]) if done.returncode == 0 else None


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_killed_at_ten_moments(stage: str, whole: Path, base: Path, tmp_path: Path) -> None:
    clean = undone(whole, stage, tmp_path / "clean")
    lasted = run(clean, stage, base, NEVER)
    assert lasted is not None
    expected = open_workspace(clean.path).manifest.artefacts
    moments, killed = random.Random(stage), 0
    for point in range(POINTS):
        atlas = undone(whole, stage, tmp_path / f"broken-{point}")
        killed += run(atlas, stage, base, moments.uniform(0, lasted)) is None
        again = open_workspace(atlas.path)
        with again.hold():
            run_stage(again, stage, quick(base, parallel=True))
        assert again.manifest.artefacts == expected
        assert all(again.finished(name) for name in expected)
        assert not list(atlas.path.rglob(f"*{TEMPORARY}"))
    assert killed >= POINTS / 2
