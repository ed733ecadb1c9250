"""Commands beside a build on a disk that refuses: one sentence each, and what they write in the end
is as if nothing had been refused."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from tests.faults.forks import Forks

REFUSALS = [errno.ENOSPC, errno.EIO, errno.EACCES]
SLOW = [
    "parquet",
    "html",
    "png",
    "pdf",
    "coco",
    "check",
    "check broken",
    "split",
    "evaluate",
    "translate",
    "finetune",
]
QUICK = ["csv", "rename"]
NONE = {"check"}
"""Commands that write nothing."""


@pytest.mark.parametrize("name", [*QUICK, *(pytest.param(n, marks=pytest.mark.slow) for n in SLOW)])
def test_every_call_of_a_command_is_refused_once(
    forked: Forks, small: Path, tmp_path: Path, name: str
) -> None:
    calls = forked("command", small, tmp_path, name, REFUSALS)
    print(name, calls)
    assert (calls > 0) == (name not in NONE)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_files_that_cannot_grow(forked: Forks, small: Path, tmp_path: Path) -> None:
    """What pyarrow, safetensors, tokenizers and Pillow themselves raise."""
    assert forked("small_files", small, tmp_path / "atlas") > 8


needs_mount = pytest.mark.skipif(
    not (hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("mount")),
    reason="only root may mount a disk",
)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@needs_mount
def test_a_disk_that_is_full(forked: Forks, small: Path, tmp_path: Path) -> None:
    assert forked("full_disk", small, tmp_path / "disk", 65536) > 5


@pytest.mark.slow
@needs_mount
def test_a_disk_that_is_read_only(forked: Forks, small: Path, tmp_path: Path) -> None:
    """What only reads goes on, edits are kept apart; all else says that it cannot be written."""
    codes = forked("read_only", small, tmp_path / "disk")
    assert {name for name, code in codes.items() if code == 0} == {*NONE, "rename"}
    assert set(codes.values()) == {0, 2}
