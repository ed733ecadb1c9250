"""Digests that are remembered by size and time of change."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from diffmine.atlas import digests
from diffmine.atlas.digests import NAME, Digests


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files whose content is read."""
    names: list[str] = []

    def sha256(path: Path) -> str:
        names.append(path.name)
        return hashlib.sha256(path.read_bytes()).hexdigest()

    monkeypatch.setattr(digests, "sha256", sha256)
    return names


def old(path: Path, content: bytes, seconds: int = 1000) -> None:
    path.write_bytes(content)
    os.utime(path, (seconds, seconds))


def of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_file_is_read_once_until_it_changes(tmp_path: Path, read: list[str]) -> None:
    old(tmp_path / "a", b"one")
    first = Digests(tmp_path)
    assert [first.of("a"), first.of("a"), first.of("b")] == [of(b"one"), of(b"one"), None]
    first.save()
    assert Digests(tmp_path).of("a") == of(b"one")
    assert read == ["a"]
    old(tmp_path / "a", b"two", 1001)
    assert Digests(tmp_path).of("a") == of(b"two")
    old(tmp_path / "a", b"longer", 1000)
    assert Digests(tmp_path).of("a") == of(b"longer")


def test_a_file_that_was_just_written_is_not_remembered(tmp_path: Path, read: list[str]) -> None:
    (tmp_path / "a").write_bytes(b"one")
    known = Digests(tmp_path)
    known.of("a")
    known.of("a")
    known.save()
    assert read == ["a", "a"]
    assert not (tmp_path / NAME).exists()


@pytest.mark.parametrize("notes", ["", "[]", '{"a": 3}', '{"a": [1, 2]}', "\udcff", "{" * 100_000])
def test_notes_that_cannot_be_read_are_none(tmp_path: Path, notes: str) -> None:
    old(tmp_path / "a", b"one")
    (tmp_path / NAME).write_bytes(notes.encode(errors="surrogateescape"))
    assert Digests(tmp_path).of("a") == of(b"one")
