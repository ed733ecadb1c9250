"""A build whose disk refuses or whose process dies: one sentence each, nothing half-written, and
the same command finishes with the same bytes."""

import errno
from pathlib import Path

import pytest

from tests.faults.forks import Forks

REFUSALS = (errno.ENOSPC, errno.EIO, errno.EACCES)


@pytest.mark.timeout(600)
def test_a_build_goes_on_after_refusals_and_deaths(
    forked: Forks, small: Path, tmp_path: Path
) -> None:
    assert forked("until_it_passes", small, tmp_path / "atlas") > 2


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("number", REFUSALS)
def test_every_call_of_a_build_is_refused_once(
    forked: Forks, root: Path, tmp_path: Path, number: int
) -> None:
    calls = forked("every_call", root, tmp_path / "atlas", number)
    print(calls)
    assert sum(calls.values()) > 200
    assert {"open", "write", "fsync", "replace", "mkdir", "tensors", "tokenizer"} <= {*calls}


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("number", REFUSALS)
def test_the_kth_call_is_refused(forked: Forks, root: Path, tmp_path: Path, number: int) -> None:
    """For k = 1, 2, 3, ... until a run passes."""
    runs = forked("kth", root, tmp_path / "atlas", number)
    print(runs)
    assert runs > 20


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_killed_at_fifty_moments(forked: Forks, root: Path, tmp_path: Path) -> None:
    """At moments that fall anywhere, each run going on where the one before it ended."""
    assert forked("killed_build", root, tmp_path / "atlas", 50) >= 10
