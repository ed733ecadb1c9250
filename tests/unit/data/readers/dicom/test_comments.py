"""Words inside of pixels are overwritten, and what is shown stays the same to a pixel."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from pydicom import dcmread
from pydicom.encaps import generate_frames

from diffmine.data.films import read_film
from diffmine.data.readers import read_image
from diffmine.data.readers.dicom.comments import clean_profile, clean_stream
from diffmine.data.readers.dicom.deidentified import deidentified
from diffmine.data.readers.dicom.frame import Broken
from diffmine.errors import ImageError
from tests.leaks import Words
from tests.unit.data.readers.dicom.files import PLAIN, dataset, save
from tests.unit.data.readers.dicom.patients import (
    JPEG,
    JPEG_2000,
    WORD,
    numbers,
    patient,
    with_layers,
    words,
    write_patient,
)
from tests.unit.data.readers.dicom.test_deidentified import COLOURS, SOP, UIDS, copied

pytestmark = [
    pytest.mark.filterwarnings("ignore:Invalid value for VR"),
    pytest.mark.filterwarnings("ignore:The value length"),
]


@pytest.mark.parametrize("syntax", [PLAIN, JPEG, JPEG_2000])
def test_a_film_that_says_everywhere_who_it_is_of_is_copied_without(
    syntax: str, tmp_path: Path
) -> None:
    path = write_patient(tmp_path / "a.dcm", patient(7), syntax)
    assert path.read_bytes().count(WORD.encode()) > 1500
    copy = copied(path, tmp_path / "b.dcm")
    assert words().within(copy.read_bytes()) is None
    assert (np.asarray(read_image(path)) == np.asarray(read_image(copy))).all()
    assert read_film(path).numbers == read_film(copy).numbers


def test_layers_in_bits_of_no_number_are_not_copied(tmp_path: Path) -> None:
    path = write_patient(tmp_path / "a.dcm", patient(7))
    theirs, ours = (
        np.frombuffer(bytes(dcmread(one).PixelData), "<u2").reshape(numbers().shape)
        for one in (path, copied(path, tmp_path / "b.dcm"))
    )
    assert (theirs == with_layers(numbers())).all()
    assert (ours == numbers()).all()


@pytest.mark.parametrize("high", [11, 15])
def test_numbers_with_a_sign_keep_it(high: int, tmp_path: Path) -> None:
    stored = np.arange(-2048, 2048, dtype=np.int16).reshape(64, 64)
    shift = high - 11
    layered = (stored.astype(np.uint16) << shift) & 0xFFFF
    layered = layered ^ np.uint16(0xF000 if shift == 0 else 0x000F)  # a layer, above or below
    own = dataset(layered.view(np.int16), **UIDS, BitsStored=12, HighBit=high)
    path = save(tmp_path / "a.dcm", own, layered)
    copy = copied(path, tmp_path / "b.dcm")
    assert read_film(path).numbers == read_film(copy).numbers
    words_of = np.frombuffer(bytes(dcmread(copy).PixelData), "<i2").reshape(64, 64)
    assert (words_of == stored << shift).all()


def test_frames_in_several_parts_stay_where_they_are(tmp_path: Path) -> None:
    own = patient(7)
    write_patient(tmp_path / "one.dcm", own, JPEG)
    frame = next(generate_frames(dcmread(tmp_path / "one.dcm").PixelData, number_of_frames=1))
    cut = frame.index(WORD.encode()) + 2  # within the comment
    cut += cut % 2
    parts = b"".join(
        b"\xfe\xff\x00\xe0" + len(part).to_bytes(4, "little") + part
        for part in (b"", frame[:cut], frame[cut:])
    )
    whole = (tmp_path / "one.dcm").read_bytes()
    at = whole.index(b"\xfe\xff\x00\xe0\x00\x00\x00\x00")
    path = tmp_path / "several.dcm"
    path.write_bytes(whole[:at] + parts + b"\xfe\xff\xdd\xe0\0\0\0\0")
    copy = copied(path, tmp_path / "b.dcm")
    assert words().within(copy.read_bytes()) is None
    assert (np.asarray(read_image(path)) == np.asarray(read_image(copy))).all()


def test_what_lies_behind_the_last_pixel_is_not_copied(tmp_path: Path) -> None:
    own = patient(7)
    write_patient(tmp_path / "a.dcm", own)
    own.PixelData = own.PixelData + f"{WORD}INSIDE ".encode()
    own.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    copy = copied(tmp_path / "a.dcm", tmp_path / "b.dcm")
    assert words().within(copy.read_bytes()) is None
    assert len(dcmread(copy).PixelData) == 2 * numbers().size


def profiled() -> bytes:
    """A profile of sRGB that says whose it is."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    at = profile.index("sRGB".encode("utf-16-be"))
    return profile[:at] + WORD[:4].encode("utf-16-be") + profile[at + 8 :] + WORD.encode()


def test_a_profile_keeps_its_colours_and_no_text(tmp_path: Path) -> None:
    profile = profiled()
    planted = Words([WORD, WORD[:4], "built-in"])
    assert planted.within(profile) is not None
    assert planted.within(clean_profile(profile)) is None
    own = dataset(COLOURS, **UIDS, ICCProfile=profile)
    path = save(tmp_path / "a.dcm", own, COLOURS)
    copy = copied(path, tmp_path / "b.dcm")
    assert planted.within(dcmread(copy).ICCProfile) is None
    assert (np.asarray(read_image(path)) == np.asarray(read_image(copy))).all()


def test_boxes_of_a_jpeg_2000_that_no_decoder_needs_become_free_space() -> None:
    into = io.BytesIO()
    Image.fromarray(numbers()).save(into, "JPEG2000", irreversible=False, comment=f"{WORD}")
    box = f"{WORD}<xml>".encode()
    boxed = bytearray(into.getvalue() + (8 + len(box)).to_bytes(4, "big") + b"xml " + box)
    assert words().within(bytes(boxed)) is not None
    clean_stream(boxed, JPEG_2000)
    assert words().within(bytes(boxed)) is None
    with Image.open(io.BytesIO(bytes(boxed))) as picture:
        assert (np.asarray(picture) == numbers()).all()


@pytest.mark.parametrize(
    ("stream", "syntax"),
    [
        (b"\xff\xd8\xff\xfe\x00\x40ZQX", JPEG),
        (b"\xff\xd8ZQXQUOKA", JPEG),
        (b"\xff\x4f\xff\x51\x00\x04\x00\x00\xff\x93ZQXQUOKA", JPEG_2000),
        (b"\x00\x00\x00\x0cjP  \r\n\x87\n\x00\x00\x00\x04jp2cZQX", JPEG_2000),
        (b"\x00\x00\x01\xb3ZQXQUOKA", "1.2.840.10008.1.2.4.102"),
        (b"ZQXQUOKA", "1.2.3"),
    ],
)
def test_what_cannot_be_cleaned_is_refused(stream: bytes, syntax: str) -> None:
    with pytest.raises(Broken):
        clean_stream(bytearray(stream), syntax)


def test_a_way_of_compressing_that_is_not_known_is_said(tmp_path: Path) -> None:
    path = write_patient(tmp_path / "a.dcm", patient(7), JPEG)
    path.write_bytes(path.read_bytes().replace(JPEG.encode(), b"1.2.840.10008.1.2.4.99"))
    with pytest.raises(ImageError, match="compressed in a way that is not kept here"):
        deidentified(path, name="a.dcm", sop=SOP)
