"""DICOM that is not read: a name may stand in it, a package is missing, it is a bomb or none."""

from __future__ import annotations

import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from diffmine.data.readers import is_picture, read_image
from diffmine.data.readers.dicom import reader
from diffmine.data.readers.wishes import Wishes, wishing
from diffmine.errors import ImageError
from tests.unit.data.readers.dicom.files import PLAIN, write
from tests.unit.data.readers.dicom.shown import WIDE, expected, linear


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
