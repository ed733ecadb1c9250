"""Boxes: what is read, what is refused, and where they lie in the image as mined."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from diffmine.data.boxes import Box, box_as_mined, read_boxes
from diffmine.data.image import as_mined
from diffmine.errors import DataError

HEAD = "file_name,label,x,y,w,h,element\n"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "boxes.csv"
    path.write_text(text)
    return path


def test_rows_and_reasons(tmp_path: Path) -> None:
    text = HEAD + "a/1.png,fin,1,2,3.5,4,tail\nb.png,,0,0,1,1,\n,fin,1,1,1,1,\nc.png,fin,x,1,1,1,\n"
    found = read_boxes(written(tmp_path, text + "d.png,fin,1,1,0,1,\nd.png,fin,1,nan,1,1,\n"))
    assert found.boxes == (
        Box("a/1.png", "fin", "tail", 1.0, 2.0, 3.5, 4.0),
        Box("b.png", "", "", 0.0, 0.0, 1.0, 1.0),
    )
    reasons = [reason for _, reason in found.refused]
    assert reasons == [
        "it names no file",
        "its x is no number",
        "its width or height is not above zero",
        "a side is not finite",
    ]
    assert found.refused[1][0] == 5


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("file_name,label,x,y,w\n", "has no column 'h'; its columns are file_name, label, x"),
        (HEAD, "holds no box"),
        (HEAD + "a,b,1,1,-1,1,\n", "line 2: its width or height is not above zero"),
    ],
)
def test_files_that_cannot_be_meant(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(DataError, match=says):
        read_boxes(written(tmp_path, text))
    with pytest.raises(DataError, match="cannot be read"):
        read_boxes(tmp_path / "none.csv")


@settings(deadline=None)  # a busy machine is no fault
@given(
    width=st.integers(60, 300),
    height=st.integers(60, 300),
    side=st.sampled_from([48, 50, 64]),
    # Whole per cents: where torch is loaded there are no subnormal numbers for st.floats.
    corner=st.tuples(st.integers(-20, 90), st.integers(-20, 90)),
    size=st.tuples(st.integers(20, 60), st.integers(20, 60)),
)
def test_a_drawn_box_lies_where_it_is_mined(
    width: int, height: int, side: int, corner: tuple[int, int], size: tuple[int, int]
) -> None:
    x, y = corner[0] * width // 100, corner[1] * height // 100
    w, h = size[0] * width // 100, size[1] * height // 100
    picture = Image.new("RGB", (width, height))
    ImageDraw.Draw(picture).rectangle((x, y, x + w - 1, y + h - 1), fill="white")
    mined = np.asarray(as_mined(picture, side), float)[..., 0] / 255
    box = Box("a", "", "", float(x), float(y), float(w), float(h))
    place = box_as_mined(box, (width, height), side)
    if place is None:
        assert mined.mean() < 0.02
        return
    row, col, high, wide = place
    assert 0 <= row <= row + high <= mined.shape[0] + 1e-6
    assert 0 <= col <= col + wide <= mined.shape[1] + 1e-6
    down, across = np.arange(mined.shape[0]) + 0.5, np.arange(mined.shape[1]) + 0.5
    inside = ((down > row) & (down < row + high))[:, None] & (across > col) & (across < col + wide)
    edge = 2 * (high + wide) / mined.size  # pixels that the edge runs through are half in
    assert np.abs(inside - mined).mean() < edge + 0.01
