"""The folder of a serving process goes with it, however it ends."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from diffmine.app import folder as folders
from diffmine.app.folder import sweep_dead

NAME = "Jane Roe 1950-01-01.png"
CODE = """
import sys, time
from diffmine.app.folder import own_folder, stopped_by_signal
folder = own_folder()
(folder / sys.argv[1]).write_bytes(b"x")
with stopped_by_signal():
    print(folder, flush=True)
    time.sleep(60)
"""


def test_files_go_with_the_process_however_it_ends(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CODE, NAME]
    here = {**os.environ, "TMPDIR": str(tmp_path)}
    how = [signal.SIGTERM, signal.SIGINT, signal.SIGKILL]
    begun = [
        subprocess.Popen(command, stdout=-1, stderr=-1, text=True, env=here)
        for _ in (*how, "lives")
    ]
    folders = [Path(process.stdout.readline().strip()) for process in begun if process.stdout]
    assert all(list(folder.rglob("*.png")) for folder in folders)
    for process, number in zip(begun, how, strict=False):
        process.send_signal(number)
        process.wait(30)
    assert [folder.exists() for folder in folders] == [False, False, True, True]
    sweep_dead(tmp_path)
    assert [folder.exists() for folder in folders] == [False, False, False, True], "one lives"
    begun[-1].terminate()
    for process in begun:
        process.communicate(timeout=30)
    assert begun[-1].returncode == 0
    assert not list(tmp_path.iterdir())


def test_a_folder_without_a_lock_and_a_link_are_left_alone(tmp_path: Path) -> None:
    other = Path(tempfile.mkdtemp(prefix="diffmine-app-", dir=tmp_path))
    target = tmp_path / "target"
    target.mkdir()
    (target / "in-use.lock").touch()
    (tmp_path / "diffmine-app-link").symlink_to(target)
    sweep_dead(tmp_path)
    assert other.is_dir()
    assert target.is_dir()


def test_a_folder_that_is_swept_while_it_is_made_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process that begins at the same time may find its lock before it is held."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    swept: list[Path] = []

    class Late(FileLock):
        def acquire(self, *args: Any, **options: Any) -> Any:
            if not swept:
                swept.append(Path(self.lock_file).parent)
                shutil.rmtree(swept[0])
            return super().acquire(*args, **options)

    monkeypatch.setattr(folders, "FileLock", Late)
    folder, lock = folders._locked()
    assert folder.is_dir()
    assert folder not in swept
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert lock.is_locked
    assert list(tmp_path.iterdir()) == [folder]
    lock.release()
