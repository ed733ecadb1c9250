"""kill -9 at random moments of each stage: going on gives the same bytes as an unbroken run."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from diffmine.build import build, run_stage
from diffmine.config import STAGES
from diffmine.diffusion.tiny import make_random
from diffmine.store.atlas import Atlas, open_atlas
from diffmine.store.atomic import TEMPORARY
from tests.helpers import draw_shapes, quick

POINTS = 10
KILLED = """
import os, signal, sys, threading
from pathlib import Path
from diffmine.build import run_stage
from diffmine.diffusion.model import load_model
from diffmine.store.atlas import open_atlas
from tests.helpers import quick

atlas = open_atlas(sys.argv[1])
load_model(sys.argv[3])  # imports, before the clock starts
with atlas.hold():
    threading.Timer(float(sys.argv[4]), os.kill, (os.getpid(), signal.SIGKILL)).start()
    run_stage(atlas, sys.argv[2], quick(Path(sys.argv[3])))
os._exit(0)
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_random(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def whole(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An unbroken build."""
    folder = tmp_path_factory.mktemp("whole")
    build(draw_shapes(folder / "data", 4), folder / "atlas", quick(base))
    return folder / "atlas"


def undone(whole: Path, stage: str, target: Path) -> Atlas:
    """A copy of the atlas as it was before a stage."""
    shutil.copytree(whole, target)
    atlas = open_atlas(target)
    with atlas.hold():
        for later in STAGES[STAGES.index(stage) :]:
            atlas.drop(later)
        atlas.remove("sums/")
        atlas.save()
    return open_atlas(target)


def resumed(atlas: Atlas, stage: str, base: Path) -> dict[str, str]:
    """Go on with a stage; the digests of all artefacts."""
    with atlas.hold():
        run_stage(atlas, stage, quick(base))
    return atlas.manifest.artefacts


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_killed_at_ten_moments(stage: str, whole: Path, base: Path, tmp_path: Path) -> None:
    clean = undone(whole, stage, tmp_path / "clean")
    started = time.perf_counter()
    expected = resumed(clean, stage, base)
    lasted = time.perf_counter() - started
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    moments, killed = random.Random(stage), 0
    for point in range(POINTS):
        atlas = undone(whole, stage, tmp_path / f"broken-{point}")
        moment = moments.uniform(0, lasted)
        command = [sys.executable, "-c", KILLED, str(atlas.path), stage, str(base), str(moment)]
        died = subprocess.run(command, env=environment, check=False, timeout=120).returncode
        assert died in (0, -signal.SIGKILL)
        killed += died != 0
        assert resumed(open_atlas(atlas.path), stage, base) == expected
        assert all(open_atlas(atlas.path).finished(name) for name in expected)
        assert not list(atlas.path.rglob(f"*{TEMPORARY}"))
    assert killed >= POINTS / 2
