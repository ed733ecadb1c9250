"""The pictures on which collect is timed."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from benchmarks import collect


def test_many_names_share_few_pictures_of_every_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = [(share, kind, 64, 48, what) for share, kind, _, _, what in collect.KINDS]
    monkeypatch.setattr(collect, "KINDS", small)
    monkeypatch.setattr(collect, "DIFFERENT", 40)
    collect.write(tmp_path, 90)
    files = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert len(files) == 90
    assert len({path.stat().st_ino for path in files}) == 40
    opened = [Image.open(path) for path in files]
    assert {image.format for image in opened} == {"JPEG", "PNG"}
    assert {image.mode for image in opened} == {"RGB", "RGBA", "L", "P"}
    assert any(image.info.get("progressive") for image in opened)
    assert any(image.info.get("icc_profile") for image in opened)
    assert any(image.getexif().get(0x0112) == 6 for image in opened)
    for image in opened:
        image.close()


def test_a_line_says_how_many_times_as_fast() -> None:
    one = {"images": 10, "seconds": 4.0, "own": 4.0, "children": 0.0, "peak": 2048, "child": 0}
    two = {"images": 10, "seconds": 1.0, "own": 0.5, "children": 1.5, "peak": 2048, "child": 1024}
    text = collect.line("now", two, one)
    assert "10.0 pictures/s (4.00x)" in text
    assert "200.0 ms of a processor each (2.00x)" in text
