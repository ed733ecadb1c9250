"""What visitors gave goes when they leave, and after minutes."""

from __future__ import annotations

import os
from pathlib import Path

from diffmine.app.uploads import MINUTES, Uploads

NAME = "Jane Roe 1950-01-01.png"


def given(uploads: Uploads, visitor: str, name: str = NAME) -> Path:
    """A file of a visitor, where gradio would put it."""
    path = uploads.folder / f"of {visitor}" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
    uploads.note(visitor, [path])
    return path


def test_files_go_after_minutes_with_their_names(tmp_path: Path) -> None:
    now = [1000.0]
    uploads = Uploads(tmp_path, lambda: now[0])
    old = given(uploads, "anna")
    part = tmp_path / "tmpabc"
    part.write_bytes(b"a part")
    os.utime(part, (1000, 1000))
    now[0] += 60 * MINUTES + 1
    young = given(uploads, "boris")
    uploads.sweep()
    assert young.exists()
    assert not old.parent.exists()
    assert not part.exists()


def test_files_go_with_the_last_page_of_their_visitor(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    uploads.opened("anna")
    uploads.opened("anna")
    own, other = given(uploads, "anna"), given(uploads, "boris")
    uploads.closed("anna")
    assert own.exists()
    uploads.closed("anna")
    assert not own.exists()
    assert other.exists()
