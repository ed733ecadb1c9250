"""Who holds a folder, on this machine or on another that shares its disk."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from diffmine.atlas import holding as module
from diffmine.atlas.holding import OWNER, holding
from diffmine.errors import AtlasError

ME = f"process {os.getpid()} on {socket.gethostname()}"


def test_the_holder_is_named_with_its_machine(tmp_path: Path) -> None:
    with holding(tmp_path, 0.0):
        assert (tmp_path / OWNER).read_text() == ME
        with pytest.raises(AtlasError, match=f"is held by {ME}; wait"), holding(tmp_path, 0.0):
            pass
    assert not (tmp_path / OWNER).exists()
    with holding(tmp_path, 0.0):
        pass


def test_another_machine_is_respected_where_locks_do_not_reach_it(tmp_path: Path) -> None:
    """Its lock is not seen here: only what it left and touches."""
    owner = tmp_path / OWNER
    owner.write_text("process 7 on node-b")
    match = r"process 7 on node-b, seen \d s ago"
    with pytest.raises(AtlasError, match=match), holding(tmp_path, 0.0):
        pass
    assert owner.read_text() == "process 7 on node-b", "it is still its own"
    long_ago = time.time() - 2 * module.FRESH
    os.utime(owner, (long_ago, long_ago))
    with holding(tmp_path, 0.0):
        assert owner.read_text() == ME


def test_a_process_of_this_machine_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / OWNER).write_text(f"process 7 on {socket.gethostname()}")
    with holding(tmp_path, 0.0):
        pass
    (tmp_path / OWNER).write_text("process 7")  # of an older version
    with holding(tmp_path, 0.0):
        pass


def test_the_holder_says_that_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PERIOD", 0.01)
    with holding(tmp_path, 0.0):
        os.utime(tmp_path / OWNER, (1, 1))
        deadline = time.monotonic() + 10
        while (tmp_path / OWNER).stat().st_mtime < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert (tmp_path / OWNER).stat().st_mtime > 2
