"""A film without who it is of shows what it showed, whatever its kind, and holds nothing else."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from diffmine.data.films import read_film
from diffmine.data.readers import read_image
from diffmine.data.readers.dicom.deidentified import deidentified
from diffmine.data.readers.dicom.source_image import read_source_image
from diffmine.errors import ImageError
from tests.unit.data.readers.dicom.files import PLAIN, dataset, lut, save
from tests.unit.data.readers.dicom.test_identity import planted

SOP = "1.2.826.0.1.3680043.8.498.7.1"
UIDS = {
    "SOPInstanceUID": SOP,
    "SeriesInstanceUID": "1.2.826.0.1.3680043.8.498.7.2",
    "StudyInstanceUID": "1.2.826.0.1.3680043.8.498.7.3",
}
DEEP = (np.arange(48 * 64, dtype=np.uint16).reshape(48, 64) % 4096).astype(np.uint16)
COLOURS = np.random.default_rng(3).integers(0, 256, (24, 32, 3), np.uint8)
IMPLICIT, J2K = "1.2.840.10008.1.2", "1.2.840.10008.1.2.4.90"


def palette() -> dict[str, Any]:
    table = np.random.default_rng(16).integers(0, 1 << 16, (3, 200)).astype("<u2")
    more: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
    for channel, name in enumerate(("Red", "Green", "Blue")):
        more[f"{name}PaletteColorLookupTableDescriptor"] = [200, 10, 16]
        more[f"{name}PaletteColorLookupTableData"] = table[channel].tobytes()
    return more


def enhanced() -> dict[str, Any]:
    """What an enhanced file says of each frame."""
    window, values, frame = Dataset(), Dataset(), Dataset()
    window.WindowCenter, window.WindowWidth = 900, 700
    values.RescaleSlope, values.RescaleIntercept = "2", "-10"
    frame.FrameVOILUTSequence = Sequence([window])
    frame.PixelValueTransformationSequence = Sequence([values])
    return {"PerFrameFunctionalGroupsSequence": Sequence([frame])}


def table(entries: int, first: int, signed: bool = False) -> Sequence:
    content = np.linspace(0, 255, entries).astype("<u2").tobytes()
    return Sequence([lut([entries, first, 8], content, signed)])


CASES: dict[str, tuple[np.ndarray, dict[str, Any]]] = {
    "no window": (DEEP, {}),
    "windows": (DEEP, {"WindowCenter": [1500, 9], "WindowWidth": [801, 2.5]}),
    "sigmoid": (DEEP, {"WindowCenter": 1500, "WindowWidth": 801, "VOILUTFunction": "SIGMOID"}),
    "monochrome1": (
        DEEP, {"PhotometricInterpretation": "MONOCHROME1", "BitsStored": 12, "HighBit": 11}
    ),
    "inverse": (DEEP, {"PresentationLUTShape": "INVERSE"}),
    "signed": (
        (DEEP.astype(np.int16) - 1000),
        {"RescaleSlope": "1.5", "RescaleIntercept": "-3", "PixelPaddingValue": -1000,
         "Modality": "CT"},
    ),
    "range of padding": (DEEP, {"PixelPaddingValue": 0, "PixelPaddingRangeLimit": 900}),
    "tables": (DEEP, {"ModalityLUTSequence": table(3000, 100), "VOILUTSequence": table(200, 10)}),
    "table below zero": (
        DEEP.astype(np.int16) - 2000, {"VOILUTSequence": table(1000, -500, signed=True)}
    ),
    "spacing": (DEEP, {"PixelSpacing": [0.1, 0.2], "ImagerPixelSpacing": [0.11, 0.22]}),
    "aspect": (DEEP, {"PixelAspectRatio": [2, 1]}),
    "placed": (
        DEEP,
        {"ViewPosition": "LL", "ImageLaterality": "L", "PatientOrientation": ["A", "F"],
         "FieldOfViewHorizontalFlip": "YES", "BodyPartExamined": "CHEST",
         "Manufacturer": "ACME", "ManufacturerModelName": "Ray 1"},
    ),
    "words of 32 bits": (DEEP.astype(np.uint32) * 1000, {}),
    "enhanced": (DEEP, enhanced()),
    "colours": (COLOURS, {}),
    "palette": ((DEEP % 256).astype(np.uint8), palette()),
}  # fmt: skip


def copied(path: Path, out: Path) -> Path:
    answer = deidentified(path, name="a.dcm", sop=SOP)
    content = b"".join(answer.pieces)
    assert len(content) == answer.size
    out.write_bytes(content)
    return out


def assert_same(one: Path, other: Path) -> None:
    assert np.array_equal(np.asarray(read_image(one)), np.asarray(read_image(other)))
    first, second = read_film(one), read_film(other)
    assert dict(first.facts) == dict(second.facts)
    assert first.numbers == second.numbers
    assert list(first.tables) == list(second.tables)
    theirs, ours = (vars(read_source_image(path)) for path in (one, other))
    assert not theirs["removed"]
    assert ours == {**theirs, "digest": ours["digest"], "removed": True}


@pytest.mark.parametrize("syntax", [PLAIN, IMPLICIT])
@pytest.mark.parametrize("case", list(CASES))
def test_it_shows_what_the_film_shows(tmp_path: Path, case: str, syntax: str) -> None:
    stored, more = CASES[case]
    path = save(tmp_path / "a.dcm", dataset(stored, **UIDS, **more), stored, syntax)
    assert_same(path, copied(path, tmp_path / "b.dcm"))


@pytest.mark.parametrize("frames", [1, 2])
def test_a_compressed_film_is_copied_as_it_is(tmp_path: Path, frames: int) -> None:
    coded = []
    for number in range(frames):
        buffer = io.BytesIO()
        picture = Image.fromarray(DEEP + number)
        picture.save(buffer, "JPEG2000", irreversible=False, no_jp2=True)
        coded.append(buffer.getvalue())
    own = dataset(DEEP, **UIDS, NumberOfFrames=frames)
    path = save(tmp_path / "a.dcm", own, DEEP, J2K, coded)
    path.write_bytes(
        path.read_bytes() + struct.pack("<HH2sHI", 0xFFFC, 0xFFFC, b"OB", 0, 4) + b"ZQXX"
    )
    copy = copied(path, tmp_path / "b.dcm")
    assert_same(path, copy)
    assert b"ZQX" not in copy.read_bytes()
    assert dcmread(copy).NumberOfFrames == frames


@pytest.mark.filterwarnings("ignore:Invalid value for VR")
def test_nothing_else_is_in_it(tmp_path: Path) -> None:
    own = dataset(DEEP, **UIDS, WindowCenter=1500, WindowWidth=801)
    words = planted(own)
    own.Modality, own.ViewPosition, own.BodyPartExamined = "ZQXMOD", "ZQXVIEW", "ZQXPART"
    own.PhotometricInterpretation = "MONOCHROME2"
    path = save(tmp_path / "a.dcm", own, DEEP)
    copy = copied(path, tmp_path / "b.dcm")
    content = copy.read_bytes()
    assert not [word for word in [*words, "ZQX"] if word.encode() in content]
    assert np.array_equal(np.asarray(read_image(path)), np.asarray(read_image(copy)))
    assert dcmread(copy).PatientIdentityRemoved == "YES"
    with pytest.raises(ImageError, match="cannot be read: its header is broken"):
        read_source_image(copy, identity=True)


@pytest.mark.parametrize(
    ("more", "syntax", "says"),
    [
        ({"SOPInstanceUID": "1.2.3"}, PLAIN, "another film came"),
        ({"StudyInstanceUID": ""}, PLAIN, "its header is broken"),
        ({}, "1.2.840.10008.1.2.2", "an order that is not kept"),
        ({}, "1.2.840.10008.1.2.1.99", "an order that is not kept"),
    ],
)
def test_what_is_refused(tmp_path: Path, more: dict[str, str], syntax: str, says: str) -> None:
    path = save(tmp_path / "x", dataset(DEEP, **{**UIDS, **more}), DEEP, syntax)
    with pytest.raises(ImageError, match=rf"^a\.dcm .*{says}"):
        deidentified(path, name="a.dcm", sop=SOP)


def test_a_film_cut_in_its_pixels_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "x", dataset(DEEP, **UIDS), DEEP)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ImageError, match="it ends before its pixels do"):
        deidentified(path, name="a.dcm", sop=SOP)
