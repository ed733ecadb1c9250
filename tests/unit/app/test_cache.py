"""The folder that is handed out, on a disk that is full for a while."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from diffmine.app.cache import Cache
from diffmine.errors import AtlasError


@pytest.mark.parametrize("full", ["write_bytes", "mkdir", "replace"])
def test_a_full_disk_is_said_and_browsing_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full: str
) -> None:
    cache = Cache(tmp_path)
    before = cache.file("old.png", lambda: b"old")

    def refuse(*arguments: object, **settings: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os if full == "replace" else Path, full, refuse)
        with pytest.raises(AtlasError, match=r"new\.png cannot be written: No space"):
            cache.file("new.png", lambda: b"new")
        assert cache.file("old.png", lambda: b"other") == before
    assert sorted(os.listdir(cache.folder)) == ["old.png", "plotly.min.js"]
    assert cache.file("new.png", lambda: b"new").read_bytes() == b"new"


def test_a_few_large_files_do_not_fill_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diffmine.app.cache.MOST_BYTES", 8_000_000)
    cache = Cache(tmp_path)
    for number in range(40):
        cache.file(f"{number:02d}.bin", lambda: bytes(1_000_000))
        os.utime(cache.folder / f"{number:02d}.bin", (number, number))
    left = sorted(path.name for path in cache.folder.glob("*.bin"))
    assert 8 <= len(left) <= 9
    assert left[-1] == "39.bin", "those used last stay"
