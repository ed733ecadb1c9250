"""kill -9 at fifty moments of each stage: going on gives the same bytes as an unbroken run."""

from pathlib import Path

import pytest

from tests.faults.forks import Forks

MOMENTS = 50
STAGES = [
    "finetune",
    "typicality",
    "mine",
    "cluster",
    "translate",
    "trends",
    "parallel",
    "evaluate",
]


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("stage", [*STAGES, "typicality without a race"])
def test_a_stage_killed_at_fifty_moments(
    forked: Forks, root: Path, tmp_path: Path, stage: str
) -> None:
    name, _, plain = stage.partition(" ")
    calls, killed = forked("killed_stage", root, tmp_path, name, MOMENTS, not plain)
    print(stage, calls, "calls,", killed, "times killed")
    assert killed >= MOMENTS * 0.6


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("again", [False, True])
def test_collect_killed_at_fifty_moments(
    forked: Forks, small: Path, tmp_path: Path, again: bool
) -> None:
    """`again`: pictures that were added, changed and removed under an atlas."""
    calls, killed = forked("killed_collect", small, tmp_path, MOMENTS, again)
    print(calls, "calls,", killed, "times killed")
    assert killed == MOMENTS
