"""kill -9 in the middle of a build: the same command finishes, and every artefact is the same."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from diffmine.atlas.atomic import TEMPORARY
from diffmine.atlas.writer import open_workspace
from diffmine.model.tiny import make_random
from tests.helpers import draw_shapes

BUILD = """
import os, signal, sys
from pathlib import Path
from diffmine.pipeline.build import build
from tests.helpers import quick
import diffmine.atlas.atomic as atomic

left = int(sys.argv[4])
replace = os.replace
def counted(*arguments):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    replace(*arguments)
os.replace = counted
build(sys.argv[1], sys.argv[2], quick(Path(sys.argv[3])))
"""


def run(data: Path, out: Path, base: Path, kill_at: int) -> int:
    """Build in a process of its own that kills itself before its `kill_at`-th rename."""
    command = [sys.executable, "-c", BUILD, *map(str, (data, out, base, kill_at))]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(command, env=environment, check=False, timeout=240).returncode


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_random(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_shapes(tmp_path_factory.mktemp("data"), 4)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "moments", [(8, 10), pytest.param((3, 8, 10, 10, 10), marks=pytest.mark.slow)]
)
def test_killed_again_and_again(
    base: Path, data: Path, tmp_path: Path, moments: tuple[int, ...]
) -> None:
    """One run is killed in stage after stage, gone on with, and compared with an unbroken one."""
    assert run(data, tmp_path / "whole", base, 0) == 0
    for kill_at in moments:
        assert run(data, tmp_path / "broken", base, kill_at) == -signal.SIGKILL
    assert run(data, tmp_path / "broken", base, 0) == 0
    expected = open_workspace(tmp_path / "whole").manifest
    found = open_workspace(tmp_path / "broken")
    assert found.manifest.artefacts == expected.artefacts
    assert found.manifest.model == expected.model
    assert all(found.finished(name) for name in expected.artefacts)
    assert not list(found.path.rglob(f"*{TEMPORARY}"))
    assert not (found.path / "work").exists()


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_killed_at_fifty_moments(base: Path, data: Path, tmp_path: Path) -> None:
    """The same from outside, at moments that fall anywhere."""
    assert run(data, tmp_path / "whole", base, 0) == 0
    expected = open_workspace(tmp_path / "whole").manifest.artefacts
    command = [sys.executable, "-c", BUILD, str(data), str(tmp_path / "broken"), str(base), "0"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    for moment in range(50):
        process = subprocess.Popen(command, env=environment)
        time.sleep(4 + moment * 0.25)
        process.kill()
        process.wait()
    assert run(data, tmp_path / "broken", base, 0) == 0
    assert open_workspace(tmp_path / "broken").manifest.artefacts == expected
