"""The worked example of CONTRIBUTING.md is a reader that works."""

import importlib
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from diffmine.data import readers
from diffmine.data.sources import open_dataset
from diffmine.errors import ImageError

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.fixture
def xyz(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example's reader, a module of its own, in the list where the example puts it."""
    block = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert block
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "example_xyz.py").write_text(block[1])
    monkeypatch.syspath_prepend(tmp_path / "code")
    monkeypatch.delitem(sys.modules, "example_xyz", raising=False)
    example: Any = importlib.import_module("example_xyz")
    assert "READERS: list[Reader] = [XYZ, DICOM, HEIF, PILLOW]" in PAGE
    monkeypatch.setattr(readers, "READERS", [example.XYZ, readers.PILLOW])


@pytest.mark.usefixtures("xyz")
def test_the_example_reads_a_picture_and_refuses_a_broken_one(tmp_path: Path) -> None:
    (tmp_path / "a.xyz").write_bytes(b"xyz 3 2\n\x00\x40\x80\xa0\xc0\xff")
    (tmp_path / "b.xyz").write_bytes(b"xyz 3 2\n\x00")
    (tmp_path / "c.xyz").write_bytes(b"xyz 300000 300000\n\x00")
    picture = readers.read_image(tmp_path / "a.xyz")
    assert picture.size == (3, 2)
    assert picture.getpixel((2, 1)) == (255, 255, 255)
    for name, says in (("b", "ends before"), ("c", "over the limit")):
        with pytest.raises(ImageError, match=says):
            readers.read_image(tmp_path / f"{name}.xyz")


@pytest.mark.usefixtures("xyz")
def test_folders_are_searched_for_it(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "a.xyz").write_bytes(b"xyz 1 1\n\x00")
    assert len(open_dataset(tmp_path)) == 1
