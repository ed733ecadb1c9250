"""Holding an atlas on a disk that refuses, and notes of work that were cut."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from filelock import FileLock

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.writer import Workspace, create_workspace
from diffmine.config import MineConfig
from diffmine.errors import AtlasError


@pytest.fixture
def atlas(tmp_path: Path) -> Workspace:
    return create_workspace(tmp_path / "atlas", Manifest("t", ["a"]))


def is_free(atlas: Workspace) -> bool:
    with FileLock(atlas.path / ".diffmine.lock", timeout=0):
        return True


@pytest.mark.parametrize("does", ["acquire", "write_text"])
def test_an_atlas_that_cannot_be_held_says_so(
    atlas: Workspace, monkeypatch: pytest.MonkeyPatch, does: str
) -> None:
    def refuse(*arguments: object, **settings: object) -> None:
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(FileLock if does == "acquire" else Path, does, refuse)
        with pytest.raises(AtlasError, match="atlas cannot be written: Read-only"), atlas.hold():
            pass
    assert is_free(atlas)


def test_a_note_of_the_owner_that_stays_does_not_keep_the_lock(
    atlas: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch, atlas.hold():
        patch.setattr(Path, "unlink", refuse)
    assert is_free(atlas)


@pytest.mark.parametrize("content", [b"", b'{"a": ', b"[1]"])
def test_a_note_of_work_that_was_cut_is_none(atlas: Workspace, content: bytes) -> None:
    atlas.keep_note("mine", "images", {"a": 1})
    assert atlas.note_of("mine", "images") == {"a": 1}
    (atlas.path / "work" / "mine" / "images.json").write_bytes(content)
    assert atlas.note_of("mine", "images") is None


@pytest.mark.parametrize("name", ["part.json", "part.safetensors"])
def test_work_that_was_cut_is_not_there(atlas: Workspace, name: str) -> None:
    path = atlas.path / "work" / "mine" / name
    assert not atlas.there(f"work/mine/{name}")
    path.parent.mkdir(parents=True)
    whole = b'{"a": 1}' if name == "part.json" else b"\x02\x00\x00\x00\x00\x00\x00\x00{}"
    for content, there in ((whole, True), (whole[:-1], False), (b"", False)):
        path.write_bytes(content)
        assert atlas.there(f"work/mine/{name}") == there


def test_a_folder_of_work_that_cannot_be_removed_is_said(
    atlas: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **settings: object) -> None:
        raise OSError(5, "Input/output error")

    atlas.begin("mine", MineConfig())
    atlas.keep_note("mine", "images", {})
    for name in ("mine", "."):
        with monkeypatch.context() as patch:
            patch.setattr(os, "rmdir", refuse)
            with pytest.raises(AtlasError, match="cannot be removed: Input/output error"):
                atlas.end("mine")
        (atlas.path / "work" / name).rmdir()
    atlas.end("mine")
    assert atlas.fresh("mine")
