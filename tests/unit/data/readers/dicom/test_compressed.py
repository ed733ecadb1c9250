"""Compressed DICOM is what it was, or what decoder it needs is said; of many frames the first."""

from __future__ import annotations

import base64
import io
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diffmine.data.readers.dicom import reader
from diffmine.errors import ImageError
from tests.unit.data.readers.dicom.files import dataset, save, write
from tests.unit.data.readers.dicom.shown import WIDE, colours, expected, grey, linear

RAMP_OF_12_BITS = (
    "c-s5#|38pHlK})Apcn>F`HbC+jQ@iectA`BRu&cp#{V%4!VU=;83oAbe+q*t1EX_MYGO%hib7JQf`373o>zdYyFyuN"
    "QE_H|o`R8{sh-jQ2@G6dV<!O3nSB0<4142xj!G-Z!{1oi-*E6UGq`ixF)1JX+3fhUnL$ZPAZE>O=K5y=TAvR5VOmhf"
    "=wP;R=E-*r<{vujZI_wEo3pWg*>v$h?ZN{2jD+~*$2+#QtzhGtxp3|pO-D9qKE|eN@9YoATkK$dF43LDxaLRn(*q1_"
    "f)9I>maj4r*J5BW=>LBc09bTZbp"
)
"""A JPEG 2000 codestream of signed numbers, 30 (row + column) - 1900, which Pillow cannot write."""


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
