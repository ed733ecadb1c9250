"""Foreign files: what is no regular file is not opened, and any name can be printed."""

from __future__ import annotations

import hashlib
import os
import socket
import sys
from pathlib import Path

import pytest

from diffmine.data import files
from diffmine.data.boxes import read_boxes
from diffmine.data.files import digest_of, printable, regular
from diffmine.data.readers import read_image
from diffmine.data.sources import open_dataset
from diffmine.errors import DataError, ImageError
from diffmine.stages.evaluate.trends import read_trends

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
KINDS = {"pipe": "a named pipe", "socket": "a socket", "folder": "a folder", "zero": "a device"}


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a pipe, a socket, a folder and a device, each with a picture's name."""
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "zero.png").symlink_to("/dev/zero")
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket.png")
    return tmp_path


@POSIX
def test_what_is_no_file_is_said_and_does_not_hang(odd: Path) -> None:
    for name, kind in KINDS.items():
        path = odd / f"{name}.png"
        says = f"it is {kind}, not a file"
        with pytest.raises(ImageError, match=rf"^{name}\.png cannot be read: {says}\.$"):
            read_image(path)
        for read in (read_boxes, read_trends):
            with pytest.raises(DataError, match=says):
                read(path)
        with pytest.raises(OSError, match=says):
            digest_of(path)
    table = "file_name,label\n" + "".join(f"{name}.png,x\n" for name in [*KINDS, "none"])
    (odd / "metadata.csv").write_text(table)
    with pytest.raises(DataError, match="it is a named pipe, not a file"):
        open_dataset(odd)


@POSIX
def test_a_pipe_put_in_the_place_of_a_file_does_not_hang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "a.png")
    (tmp_path / "b.png").touch()
    before = os.stat(tmp_path / "b.png")
    monkeypatch.setattr(files.os, "stat", lambda path: before)
    with (
        pytest.raises(OSError, match="it is a named pipe"),
        open(tmp_path / "a.png", opener=regular),
    ):
        pass


def test_a_digest_is_that_of_the_bytes_up_to_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(content := bytes(range(256)) * 2000)
    assert digest_of(tmp_path / "a") == hashlib.sha256(content).hexdigest()
    monkeypatch.setattr(files, "MAX_BYTES", len(content) - 1)
    with pytest.raises(OSError, match="it is larger"):
        digest_of(tmp_path / "a")


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a ü.png", "a ü.png"), ("caf\udce9.png", r"caf\xe9.png"), ("\ud83d", r"\ud83d")],
)
def test_every_name_can_be_printed(name: str, shown: str) -> None:
    assert printable(name) == shown
    printable(name).encode()
