"""Files whole or not at all, on disks that refuse."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from safetensors import SafetensorError

from diffmine.atlas.atomic import TEMPORARY, remove, sweep, whole, write_folder, writing
from diffmine.errors import AtlasError


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device"),
        SafetensorError("Error while serializing: I/O error: No space left on device"),
        Exception("No space left on device (os error 28)"),  # of tokenizers
    ],
)
def test_every_library_s_refusal_becomes_one_sentence(tmp_path: Path, error: Exception) -> None:
    path = tmp_path / "model.safetensors"
    with pytest.raises(AtlasError, match=r"model\.safetensors cannot be written: .*No space"), \
            whole(path):  # fmt: skip
        raise error
    with pytest.raises(ZeroDivisionError), writing(path):  # what is no refusal stays what it is
        raise ZeroDivisionError


def test_a_temporary_file_that_cannot_be_removed_hides_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise OSError(5, "Input/output error", str(path))

    def write() -> None:
        with whole(tmp_path / "table") as temporary:
            temporary.touch()
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(AtlasError, match=r"table cannot be written: No space"):
        write()


def test_pages_that_cannot_be_replaced_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages, replace = tmp_path / "pages", os.replace
    write_folder(pages, [("index.html", b"before")], lambda path: True)

    def refuse(source: Path, target: Path) -> None:
        if target == pages and ".old." not in source.name:
            raise OSError(5, "Input/output error")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(AtlasError, match="pages cannot be written: Input/output error"):
        write_folder(pages, [("index.html", b"after")], lambda path: True)
    assert (pages / "index.html").read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["pages"]


def test_what_cannot_be_removed_is_not_taken_for_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *more: object, **settings: object) -> None:
        raise OSError(13, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", refuse)
        with pytest.raises(AtlasError, match="cannot be removed: Permission denied"):
            remove(tmp_path)
    remove(tmp_path / "nothing")


def test_what_a_killed_process_left_beside_pages_goes_with_the_next(tmp_path: Path) -> None:
    for name in ("pages.0", "pages.old.0", "other.0"):
        (tmp_path / f"{name}{TEMPORARY}" / "folder").mkdir(parents=True)
    write_folder(tmp_path / "pages", [("index.html", b"")], lambda path: False)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"other.0{TEMPORARY}", "pages"]


def test_a_folder_of_a_killed_process_is_swept_too(tmp_path: Path) -> None:
    left = tmp_path / f"pages.0{TEMPORARY}"
    left.mkdir()
    (left / "index.html").touch()
    assert sweep(tmp_path) == 1
    assert not left.exists()
