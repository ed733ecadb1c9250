"""Folders of labels: names that are no UTF-8, and folders that are named as pictures."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from PIL import Image

from diffmine.data.readers import read_image
from diffmine.data.sources import open_dataset
from diffmine.errors import DataError

LATIN = pytest.mark.skipif(sys.platform != "linux", reason="only there a name may be any bytes")


@LATIN
def test_a_name_in_latin_1_is_read_and_can_be_written(tmp_path: Path) -> None:
    base = os.fsencode(tmp_path)
    os.mkdir(base + b"/M\xfcnchen")
    Image.new("RGB", (8, 6)).save(tmp_path / "a.png")
    for name in (b"/M\xfcnchen/caf\xe9.png", b"/M\xfcnchen/caf\\xe9.png", b"/M\xfcnchen/b.png"):
        os.link(base + b"/a.png", base + name)
    (tmp_path / "a.png").unlink()
    dataset = open_dataset(tmp_path)
    assert dataset.labels == (r"M\xfcnchen",)
    assert [r.image_id for r in dataset] == [r"M\xfcnchen/b.png", r"M\xfcnchen/caf\xe9.png"]
    assert dataset.refused == ((r"M\xfcnchen/caf\xe9.png", "another file is written like it"),)
    assert {read_image(record.path).size for record in dataset} == {(8, 6)}


def test_a_folder_named_as_a_picture_is_refused_unless_it_holds_some(tmp_path: Path) -> None:
    for name in ("x/a.png/b.png", "x/c.png", "x.png/d.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 6)).save(tmp_path / name)
    (tmp_path / "x" / "e.png" / "f").mkdir(parents=True)
    dataset = open_dataset(tmp_path)
    assert [r.image_id for r in dataset] == ["x.png/d.png", "x/a.png/b.png", "x/c.png"]
    assert dataset.refused == (("x/e.png", "it is a folder, not a file"),)


def test_pictures_without_any_folder_come_with_what_to_do(tmp_path: Path) -> None:
    Image.new("RGB", (8, 6)).save(tmp_path / "Paris_1890.png")
    with pytest.raises(DataError, match="a folder for each label, or write a table"):
        open_dataset(tmp_path)
