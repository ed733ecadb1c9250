"""DICOM: what is seen is what the standard says, computed here number by number."""

from __future__ import annotations

import base64
import io
import math
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.sequence import Sequence

from diffmine.data.readers import is_picture, read_image
from diffmine.data.readers.dicom import reader
from diffmine.data.readers.wishes import Wishes, wishing
from diffmine.errors import ImageError
from tests.unit.data.readers.dicom.files import PLAIN, dataset, lut, save, write

WIDE = np.arange(48 * 64, dtype=np.uint16).reshape(48, 64)
Window = Callable[[float], float]
RAMP_OF_12_BITS = (
    "c-s5#|38pHlK})Apcn>F`HbC+jQ@iectA`BRu&cp#{V%4!VU=;83oAbe+q*t1EX_MYGO%hib7JQf`373o>zdYyFyuN"
    "QE_H|o`R8{sh-jQ2@G6dV<!O3nSB0<4142xj!G-Z!{1oi-*E6UGq`ixF)1JX+3fhUnL$ZPAZE>O=K5y=TAvR5VOmhf"
    "=wP;R=E-*r<{vujZI_wEo3pWg*>v$h?ZN{2jD+~*$2+#QtzhGtxp3|pO-D9qKE|eN@9YoATkK$dF43LDxaLRn(*q1_"
    "f)9I>maj4r*J5BW=>LBc09bTZbp"
)
"""A JPEG 2000 codestream of signed numbers, 30 (row + column) - 1900, which Pillow cannot write."""


def grey(path: Path) -> np.ndarray:
    """What is seen of a grey file."""
    pixels = np.asarray(reader.read(path))
    assert (pixels == pixels[..., :1]).all()
    return pixels[..., 0].astype(int)


def expected(values: np.ndarray, shown: Window) -> np.ndarray:
    return np.array([[255 * shown(float(value)) for value in row] for row in values])


def linear(x: float, c: float = 1500, w: float = 801) -> float:
    """PS3.3 C.11.2.1.2.1, as it is printed there, to 0..1."""
    if x <= c - 0.5 - (w - 1) / 2:
        return 0.0
    if x > c - 0.5 + (w - 1) / 2:
        return 1.0
    return (x - (c - 0.5)) / (w - 1) + 0.5


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


def colours() -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (24, 32, 3), np.uint8)


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


def packbits(content: bytes) -> bytes:
    """Run lengths, by the longest run or literal at each place."""
    out, at = bytearray(), 0
    while at < len(content):
        run = 1
        while run < 128 and content[at : at + 1] * (run + 1) == content[at : at + run + 1]:
            run += 1
        out += bytes([257 - run, content[at]]) if run > 1 else bytes([0, content[at]])
        at += run
    return bytes(out) + bytes(len(out) % 2)


@pytest.mark.parametrize("kind", ["grey", "colour"])
def test_run_lengths(tmp_path: Path, kind: str) -> None:
    stored = WIDE // 5 if kind == "grey" else colours() // 64
    planes = [stored] if kind == "grey" else [stored[..., channel] for channel in range(3)]
    segments = []
    for plane in planes:
        if kind == "grey":
            segments.append(packbits((plane >> 8).astype(np.uint8).tobytes()))
        segments.append(packbits((plane & 255).astype(np.uint8).tobytes()))
    starts = 64 + np.cumsum([0, *map(len, segments[:-1])])
    head = np.zeros(16, "<u4")
    head[0], head[1 : 1 + len(segments)] = len(segments), starts
    frame = head.tobytes() + b"".join(segments)
    more = {"WindowCenter": 300, "WindowWidth": 400} if kind == "grey" else {}
    plain = reader.read(write(tmp_path / "a", stored, **more))
    path = write(tmp_path / "b", stored, "1.2.840.10008.1.2.5", [frame], **more)
    assert np.array_equal(np.asarray(reader.read(path)), np.asarray(plain))


@pytest.mark.parametrize("kind", ["grey", "colour"])
def test_jpeg_2000_without_loss(tmp_path: Path, kind: str) -> None:
    stored = WIDE * 20 if kind == "grey" else colours()
    buffer = io.BytesIO()
    Image.fromarray(stored).save(buffer, "JPEG2000", irreversible=False, no_jp2=True)
    more = {"WindowCenter": 30000, "WindowWidth": 40000} if kind == "grey" else {}
    plain = reader.read(write(tmp_path / "a", stored, **more))
    more |= {"PhotometricInterpretation": "YBR_RCT"} if kind == "colour" else {}
    frames = [buffer.getvalue()]
    path = write(tmp_path / "b", stored, "1.2.840.10008.1.2.4.90", frames, **more)
    assert np.array_equal(np.asarray(reader.read(path)), np.asarray(plain))


def test_jpeg_2000_of_12_bits_with_a_sign(tmp_path: Path) -> None:
    stored = (np.add.outer(np.arange(64), np.arange(64)) * 30 - 1900).astype(np.int16)
    more = {"BitsStored": 12, "HighBit": 11, "WindowCenter": 100, "WindowWidth": 3001}
    frames = [zlib.decompress(base64.b85decode(RAMP_OF_12_BITS))]
    path = write(tmp_path / "b", stored, "1.2.840.10008.1.2.4.90", frames, **more)
    assert np.abs(grey(path) - expected(stored, lambda x: linear(x, 100, 3001))).max() <= 0.51


@pytest.mark.parametrize("kind", ["RGB", "YBR_FULL_422", "MONOCHROME1"])
def test_jpeg_of_8_bits(tmp_path: Path, kind: str) -> None:
    smooth = Image.linear_gradient("L").resize((64, 48))
    picture = (
        smooth
        if kind == "MONOCHROME1"
        else Image.merge("RGB", (smooth,) * 2 + (smooth.rotate(180),))
    )
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=95, keep_rgb=kind == "RGB")
    content = buffer.getvalue()
    if kind == "RGB":  # as devices write it: nothing in the JPEG says that it is RGB
        content = content.replace(b"Adobe", b"Other")
        scan = content.index(b"\xff\xc0")
        assert content[scan + 10 : scan + 19 : 3] == b"RGB"
    stored = np.asarray(picture)
    path = write(
        tmp_path / "a", stored, "1.2.840.10008.1.2.4.50", [content], PhotometricInterpretation=kind
    )
    seen = np.asarray(reader.read(path)).astype(int)
    right = 255 - stored[..., None].astype(int) if kind == "MONOCHROME1" else stored
    assert np.abs(seen - right).mean() < 3


def test_the_first_frame_is_read_and_the_others_said(tmp_path: Path) -> None:
    frames = np.stack([WIDE, WIDE[::-1], WIDE * 0])
    own = dataset(WIDE, NumberOfFrames=3, WindowCenter=1500, WindowWidth=801)
    picture = reader.read(save(tmp_path / "a", own, frames))
    assert np.abs(np.asarray(picture)[..., 0] - expected(WIDE, linear)).max() <= 0.51
    assert picture.info["note"] == "its first frame is read; 2 more frames are not"
    with pytest.raises(ImageError, match="has 3 frames; give a picture that is still"):
        reader.read(tmp_path / "a", still=True)
    coded = []
    for frame in frames:
        buffer = io.BytesIO()
        Image.fromarray(frame).save(buffer, "JPEG2000", irreversible=False, no_jp2=True)
        coded.append(buffer.getvalue())
    own = dataset(WIDE, NumberOfFrames=3, WindowCenter=1500, WindowWidth=801)
    picture = reader.read(save(tmp_path / "b", own, WIDE, "1.2.840.10008.1.2.4.90", coded))
    assert np.abs(np.asarray(picture)[..., 0] - expected(WIDE, linear)).max() <= 0.51


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


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"BurnedInAnnotation": "YES"}, "text is burned into it"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, "secondary capture"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7.2"}, "secondary capture"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.6.1"}, "ultrasound"),
        ({"Modality": "US"}, "ultrasound"),
    ],
)
def test_where_a_name_may_stand_is_read_when_asked_for(
    tmp_path: Path, more: dict[str, str], why: str
) -> None:
    path = write(tmp_path / "a.dcm", WIDE, **more)
    with pytest.raises(ImageError, match=rf"^a\.dcm is left out: .*{why}.*--data\.burned-in"):
        reader.read(path)
    with wishing(Wishes(burned_in=True)):
        assert reader.read(path).size == (64, 48)


@pytest.mark.parametrize(
    ("syntax", "kind"),
    [
        ("57", "JPEG Lossless"),
        ("70", "JPEG Lossless"),
        ("80", "JPEG-LS"),
        ("51", "JPEG of 12 bits"),
    ],
)
def test_what_needs_another_decoder_is_said(tmp_path: Path, syntax: str, kind: str) -> None:
    frame = b"\xff\xd8\xff\xc1\x00\x0b\x0c" + bytes(40)
    path = write(tmp_path / "a.dcm", WIDE, f"1.2.840.10008.1.2.4.{syntax}", [frame])
    with pytest.raises(ImageError, match=rf"^a\.dcm is DICOM compressed as {kind}, .*gdcmconv"):
        reader.read(path)


def test_it_is_known_by_its_content(tmp_path: Path) -> None:
    own = {"WindowCenter": 1500, "WindowWidth": 801}
    for number, preamble in enumerate([True, False]):
        for name in ("IM000001", "1.2.840.77.5", "a.png"):
            path = write(tmp_path / name, WIDE, preamble=preamble, **own)
            assert is_picture(path)
            if number == 0:
                assert (
                    np.abs(np.asarray(read_image(path))[..., 0] - expected(WIDE, linear)).max()
                    < 0.6
                )
    for content in (b"", b"file_name,label\n" * 40, b"\x08\x00" + bytes(100), b"PK" * 200):
        (tmp_path / "notes").write_bytes(content)
        assert not is_picture(tmp_path / "notes")


def test_without_the_package_it_is_said_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pydicom.filereader", None)
    path = write(tmp_path / "a.dcm", WIDE)
    with pytest.raises(ImageError, match=r"^a\.dcm is DICOM, .*pip install 'diffmine\[dicom\]'\.$"):
        reader.read(path)


def header(tag: int, vr: bytes, length: int) -> bytes:
    """Of an element with a long length, explicit and little-endian."""
    return struct.pack("<HH2sHI", tag >> 16, tag & 0xFFFF, vr, 0, length)


ITEM = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
HOSTILE = {
    "zeros": header(0x00091010, b"OB", 60_000_000) + bytes(60_000_000),
    "items": header(0x00091010, b"SQ", 0xFFFFFFFF)
    + struct.pack("<HHI", 0xFFFE, 0xE000, 0) * 200_000,
    "nested": (header(0x00091010, b"SQ", 0xFFFFFFFF) + ITEM) * 100_000,
    "elements": struct.pack("<HH2sH", 9, 0x1010, b"SH", 0) * 200_000,
}


@pytest.mark.parametrize("kind", list(HOSTILE))
@pytest.mark.parametrize("deflated", [True, False])
def test_a_bomb_is_one_sentence(tmp_path: Path, kind: str, deflated: bool) -> None:
    content = HOSTILE[kind]
    syntax = "1.2.840.10008.1.2.1.99" if deflated else PLAIN
    if deflated:
        deflate = zlib.compressobj(9, wbits=-15)
        content = deflate.compress(content) + deflate.flush()
        assert len(content) < 2**21
    uid = syntax.encode() + bytes(len(syntax) % 2)
    meta = struct.pack("<HH2sH", 2, 0x10, b"UI", len(uid)) + uid
    path = tmp_path / "a.dcm"
    path.write_bytes(bytes(128) + b"DICM" + meta + content)
    with pytest.raises(ImageError, match=r"^a\.dcm is DICOM that cannot be read: .*\.$"):
        read_image(path)
