"""Of a large JPEG no more is decoded than is needed: it is mined in the same place, with the same
colours, whatever its size, its turn and its kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from diffmine.data.image import as_mined, as_viewed, enough, extent_of, scaling, times_of
from diffmine.data.mined import read_mined
from diffmine.data.readers import pillow, read_scaled
from diffmine.data.readers.colours import PRIMARIES, made
from diffmine.data.readers.wishes import Wishes, wishing
from diffmine.errors import ImageError

SIDE = 32
SIZES = [(807, 533), (640, 512), (529, 801), (519, 513)]
"""The first two numbers over a multiple of eight lie at both ends: 7 and 5, 0, 1 and 1, 7 and 1."""


@pytest.fixture
def _far(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let small pictures be reduced as far as only large ones are."""
    monkeypatch.setattr(pillow, "GLANCE", 1)


def ramps(width: int, height: int) -> Image.Image:
    """Slopes from edge to edge: what lies a third of a mined pixel beside its place is off by two
    levels."""
    x, y = np.arange(width) / width, np.arange(height)[:, None] / height
    bands = [250 * x + 0 * y, 250 * y + 0 * x, 125 * (1 - x) + 120 * y]
    return Image.fromarray(np.stack(bands, axis=2).astype(np.uint8))


def mined_in_full(path: Path) -> np.ndarray:
    """As mined from every pixel of the file, by one plain scaling."""
    with Image.open(path) as opened:
        image = ImageOps.exif_transpose(opened).convert("RGB")
    to = scaling(image.width, image.height, SIDE)
    image = image.resize((to.width, to.height), Image.Resampling.LANCZOS)
    box = (to.left, to.top, to.left + to.wide, to.top + to.high)
    return np.asarray(image.crop(box)).astype(int)


def reduced(path: Path, view: int = 0) -> Image.Image:
    with wishing(Wishes(side=SIDE, view=view)):
        return pillow.read(path)


@pytest.mark.usefixtures("_far")
@pytest.mark.parametrize("turn", range(1, 9))
def test_it_is_mined_in_its_place_however_it_lies(tmp_path: Path, turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    for width, height in SIZES:
        path = tmp_path / f"{width}.jpg"
        ramps(width, height).save(path, quality=95, exif=exif)
        less = reduced(path)
        assert less.width * less.height < width * height / 15
        whole = extent_of(less)
        upright = (height, width) if turn > 4 else (width, height)
        assert (whole.width, whole.height) == upright
        difference = np.asarray(as_mined(less, SIDE)).astype(int) - mined_in_full(path)
        assert np.abs(difference).mean() < 0.6
        for edge in (difference[:2], difference[-2:], difference[:, :2], difference[:, -2:]):
            assert np.abs(edge.mean((0, 1))).max() < 0.7


@pytest.mark.usefixtures("_far")
@pytest.mark.parametrize("kind", ["grey", "cmyk", "progressive", "profile"])
def test_kinds_of_jpeg_keep_their_colours(tmp_path: Path, kind: str) -> None:
    picture, path = ramps(807, 533), tmp_path / "picture.jpg"
    how: dict[str, object] = {"quality": 95}
    if kind == "profile":
        how["icc_profile"] = made(PRIMARIES[12], (0.3127, 0.3290), None)
    how["progressive"] = kind == "progressive"
    picture.convert({"grey": "L", "cmyk": "CMYK"}.get(kind, "RGB")).save(path, **how)
    full, less = pillow.read(path), reduced(path)
    assert less.width < full.width / 4
    assert less.mode == "RGB"
    difference = np.asarray(as_mined(less, SIDE)).astype(int) - np.asarray(as_mined(full, SIDE))
    assert np.abs(difference).mean() < 0.6
    if kind == "profile":  # and it is used
        assert np.abs(np.asarray(as_mined(less, SIDE)) - mined_in_full(path)).mean() > 2


@pytest.mark.usefixtures("_far")
def test_a_copy_is_made_of_pixels_that_are_there(tmp_path: Path) -> None:
    """A copy of 100 pixels needs an eighth of this picture, one of 800 all of it; all show what the
    whole picture shows."""
    path = tmp_path / "picture.jpg"
    ramps(807, 533).save(path, quality=95)
    full = pillow.read(path)
    for view, width in ((100, 101), (400, 404), (800, 807)):
        less = reduced(path, view)
        assert less.width == width
        times = times_of(807, 533, SIDE, view)
        copy = np.asarray(as_viewed(less, SIDE, times)).astype(int)
        difference = copy - np.asarray(as_viewed(full, SIDE, times))
        assert np.abs(difference).mean() < 1
        assert np.abs(difference[:, -4:].mean((0, 1))).max() < 1
        assert np.abs(difference[-4:].mean((0, 1))).max() < 1


def test_what_is_needed_is_twice_what_is_mined_or_all_that_is_shown() -> None:
    assert enough(3000, 2000, 64, 0) == (192, 128)
    assert enough(3000, 2000, 64, 1024) == (960, 640)
    assert enough(90, 70, 64, 1024) == (164, 128)  # more than there is: nothing is left out


def test_facts_are_those_of_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    ramps(807, 533).save(path)
    with wishing(Wishes(side=SIDE)):
        assert pillow.read(path).size == (404, 267)  # what a glance needs as well
    collected = next(iter(read_mined([path], SIDE, 160)))
    assert not isinstance(collected, ImageError)
    assert (collected.source_width, collected.source_height) == (807, 533)
    assert (collected.width, collected.height, collected.times) == (48, 32, 3)
    asked, source = read_scaled(path, SIDE)
    assert source == [807, 533]
    with wishing(Wishes(side=SIDE)):
        assert np.array_equal(asked, as_mined(pillow.read(path), SIDE))
    (tmp_path / "cut.jpg").write_bytes(path.read_bytes()[:-4000])
    outcome = next(iter(read_mined([tmp_path / "cut.jpg"], SIDE)))
    assert isinstance(outcome, ImageError)


def test_a_note_of_a_strangers_file_is_no_extent(tmp_path: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("extent", "1,1")
    info.add_text("half", "1")
    ramps(90, 70).save(tmp_path / "picture.png", pnginfo=info)
    with Image.open(tmp_path / "picture.png") as image:
        assert extent_of(image).width == 90
    assert extent_of(pillow.read(tmp_path / "picture.png")).width == 90
