"""DICOM: what is seen is what the standard says, computed here number by number."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from pydicom.sequence import Sequence

from diffmine.data.readers.dicom import reader
from diffmine.data.readers.wishes import Wishes, wishing
from diffmine.errors import ImageError
from tests.unit.data.readers.dicom.files import PLAIN, dataset, lut, save, write
from tests.unit.data.readers.dicom.shown import WIDE, Window, colours, expected, grey, linear


@pytest.mark.parametrize(
    ("syntax", "preamble"),
    [
        ("1.2.840.10008.1.2", True),
        ("1.2.840.10008.1.2", False),
        (PLAIN, True),
        (PLAIN, False),
        ("1.2.840.10008.1.2.2", True),
        ("1.2.840.10008.1.2.1.99", True),
    ],
)
@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32])
def test_every_plain_syntax_and_depth(
    tmp_path: Path, syntax: str, preamble: bool, kind: type[np.integer]
) -> None:
    ends = np.iinfo(kind)
    stored = np.linspace(ends.min / 2, ends.max / 2, 30 * 22).astype(kind).reshape(30, 22)
    centre, width = float(ends.max) / 4, float(ends.max) / 2
    path = write(
        tmp_path / "a",
        stored,
        syntax,
        preamble=preamble,
        RescaleSlope=1,
        RescaleIntercept=-3,
        WindowCenter=f"{centre:.6g}",
        WindowWidth=f"{width:.6g}",
    )
    c, w = float(f"{centre:.6g}"), float(f"{width:.6g}")
    right = expected(stored - 3.0, lambda x: linear(x, c, w))
    assert np.abs(grey(path) - right).max() <= 0.51


def exact(x: float) -> float:
    return min(max((x - 1500) / 801 + 0.5, 0.0), 1.0)


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-4 * (x - 1500) / 801))


@pytest.mark.parametrize(
    ("function", "shown"),
    [(None, linear), ("LINEAR", linear), ("LINEAR_EXACT", exact), ("SIGMOID", sigmoid)],
)
def test_the_first_window_by_its_function(
    tmp_path: Path, function: str | None, shown: Window
) -> None:
    more = {"VOILUTFunction": function} if function else {}
    path = write(tmp_path / "a", WIDE, WindowCenter=[1500, 9], WindowWidth=[801, 2], **more)
    assert np.abs(grey(path) - expected(WIDE, shown)).max() <= 0.51


@pytest.mark.parametrize(
    ("more", "inverted"),
    [
        ({"PhotometricInterpretation": "MONOCHROME1"}, True),
        ({"PhotometricInterpretation": "MONOCHROME1", "PresentationLUTShape": "INVERSE"}, True),
        ({"PresentationLUTShape": "INVERSE"}, True),
        ({"PresentationLUTShape": "IDENTITY"}, False),
    ],
)
def test_low_is_white_where_the_file_says_so(
    tmp_path: Path, more: dict[str, str], inverted: bool
) -> None:
    path = write(tmp_path / "a", WIDE, WindowCenter=1500, WindowWidth=801, **more)
    right = expected(WIDE, lambda x: 1 - linear(x) if inverted else linear(x))
    assert np.abs(grey(path) - right).max() <= 0.51


def test_bits_above_those_stored_are_no_number(tmp_path: Path) -> None:
    """An overlay in high bits has a name drawn in it."""
    own = {"BitsStored": 12, "HighBit": 11, "WindowCenter": 1500, "WindowWidth": 801}
    drawn = WIDE | (np.indices(WIDE.shape).sum(0) % 7 == 0).astype(np.uint16) << 14
    clean, over = write(tmp_path / "a", WIDE, **own), write(tmp_path / "b", drawn, **own)
    assert np.array_equal(grey(clean), grey(over))
    shifted = write(tmp_path / "c", (WIDE << 4) | 5, **{**own, "HighBit": 15})
    assert np.array_equal(grey(clean), grey(shifted))
    signed = (WIDE.astype(np.int16) - 1500) & 0x0FFF
    more = {**own, "PixelRepresentation": 1, "RescaleIntercept": 1500, "RescaleSlope": 1}
    assert np.array_equal(
        grey(clean), grey(write(tmp_path / "d", signed.astype(np.uint16), **more))
    )


@pytest.mark.parametrize("syntax", [PLAIN, "1.2.840.10008.1.2"])
def test_padding_is_black_and_counts_for_no_range(tmp_path: Path, syntax: str) -> None:
    stored = (WIDE % 900 + 1000).astype(np.int16)
    clean = grey(write(tmp_path / "a", stored, syntax))
    padded = stored.copy()
    padded[:5] = -2000
    padded[5:9, ::3] = -1990
    path = write(
        tmp_path / "b",
        padded,
        syntax,
        PhotometricInterpretation="MONOCHROME1",
        PixelPaddingValue=-2000,
        PixelPaddingRangeLimit=-1980,
    )
    seen = grey(path)
    assert not seen[:5].any()
    assert not seen[5:9, ::3].any()
    assert np.abs(seen[10:] - (255 - clean[10:])).max() <= 2
    padded[:] = -2000
    with pytest.raises(ImageError, match=r"^b is empty: none of its pixels has a value\.$"):
        grey(write(tmp_path / "b", padded, syntax, PixelPaddingValue=-2000))


@pytest.mark.parametrize("syntax", [PLAIN, "1.2.840.10008.1.2"])
@pytest.mark.parametrize(("bits", "packed"), [(16, False), (12, False), (8, False), (8, True)])
def test_tables_of_values(tmp_path: Path, syntax: str, bits: int, packed: bool) -> None:
    """A modality table of 12 bits before one of interest, of every width that is allowed."""
    draw = np.random.default_rng(bits)
    first = draw.integers(0, 4096, 2000)
    second = np.sort(draw.integers(0, 1 << bits, 600))
    second[-1] = (1 << bits) - 1
    content = second.astype("u1" if packed else "<u2").tobytes()
    path = write(
        tmp_path / "a",
        WIDE,
        syntax,
        ModalityLUTSequence=Sequence([lut([2000, 100, 12], first.astype("<u2").tobytes())]),
        VOILUTSequence=Sequence([lut([600, 1000, bits], content)]),
        WindowCenter=3,
        WindowWidth=7,
    )
    right = [
        [
            255
            * second[min(max(first[min(max(int(x) - 100, 0), 1999)] - 1000, 0), 599)]
            / ((1 << bits) - 1)
            for x in row
        ]
        for row in WIDE
    ]
    assert np.abs(grey(path) - np.array(right)).max() <= 0.51


def test_a_table_of_interest_may_begin_below_zero(tmp_path: Path) -> None:
    stored = (WIDE.astype(np.int16) - 1500).astype(np.int16)
    table = np.linspace(0, 255, 1000).astype("<u2")
    path = write(
        tmp_path / "a",
        stored,
        VOILUTSequence=Sequence([lut([1000, -500, 8], table.tobytes(), signed=True)]),
    )
    right = table[np.clip(stored + 500, 0, 999)]
    assert np.abs(grey(path) - right).max() <= 0.51


def test_without_a_window_the_range_is_the_sets(tmp_path: Path) -> None:
    stored = (WIDE % 1000 + 2000).astype(np.uint16)
    stored[0, 0], stored[0, 1] = 0, 65535
    path = write(tmp_path / "a", stored)
    assert np.ptp(grey(path)[1:]) == 255
    with wishing(Wishes({"DICOM": (0.0, 65535.0)})):
        assert np.abs(grey(path) - stored / 257).max() <= 0.51
    eight = (WIDE % 200).astype(np.uint8)
    assert np.array_equal(grey(write(tmp_path / "b", eight)), eight)


@pytest.mark.parametrize("planar", [0, 1])
@pytest.mark.parametrize("kind", ["RGB", "YBR_FULL"])
def test_colours(tmp_path: Path, planar: int, kind: str) -> None:
    stored = colours()
    content = np.moveaxis(stored, -1, 0).reshape(stored.shape) if planar else stored
    own = dataset(stored, PlanarConfiguration=planar, PhotometricInterpretation=kind)
    seen = np.asarray(reader.read(save(tmp_path / "a", own, content))).astype(int)
    right = stored.astype(float)
    if kind == "YBR_FULL":
        y, b, r = right[..., 0], right[..., 1] - 128, right[..., 2] - 128
        right = np.stack([y + 1.402 * r, y - 0.344136 * b - 0.714136 * r, y + 1.772 * b], -1)
    assert np.abs(seen - right.clip(0, 255)).max() <= 1.51


def test_colours_that_two_pixels_share(tmp_path: Path) -> None:
    stored = colours()
    stored[:, 1::2, 1:] = stored[:, 0::2, 1:]
    pairs = np.concatenate([stored[:, 0::2, :1], stored[:, 1::2, :1], stored[:, 0::2, 1:]], axis=-1)
    half = dataset(stored, PhotometricInterpretation="YBR_FULL_422")
    full = dataset(stored, PhotometricInterpretation="YBR_FULL")
    seen = np.asarray(reader.read(save(tmp_path / "a", half, pairs)))
    assert np.array_equal(seen, np.asarray(reader.read(save(tmp_path / "b", full, stored))))


@pytest.mark.parametrize("bits", [8, 16])
def test_a_palette(tmp_path: Path, bits: int) -> None:
    table = np.random.default_rng(bits).integers(0, 1 << bits, (3, 200))
    table[:, 0] = (1 << bits) - 1
    more = {}
    for channel, name in enumerate(("Red", "Green", "Blue")):
        more[f"{name}PaletteColorLookupTableDescriptor"] = [200, 10, bits]
        content = table[channel].astype("<u2" if bits == 16 else "u1").tobytes()
        more[f"{name}PaletteColorLookupTableData"] = content
    stored = (WIDE % 256).astype(np.uint8)
    path = write(tmp_path / "a", stored, PhotometricInterpretation="PALETTE COLOR", **more)
    right = table.T[np.clip(stored.astype(int) - 10, 0, 199)] * 255 / ((1 << bits) - 1)
    assert np.abs(np.asarray(reader.read(path)) - right).max() <= 0.51


@pytest.mark.parametrize(
    ("more", "size"),
    [
        ({"PixelAspectRatio": [2, 1]}, (64, 96)),
        ({"PixelSpacing": [0.1, 0.2]}, (128, 48)),
        ({"ImagerPixelSpacing": [0.2, 0.2]}, (64, 48)),
        ({"PixelAspectRatio": [0, 1]}, (64, 48)),
    ],
)
def test_pixels_are_made_square(
    tmp_path: Path, more: dict[str, list[float]], size: tuple[int, int]
) -> None:
    assert reader.read(write(tmp_path / "a", WIDE, **more)).size == size
