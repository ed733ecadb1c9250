"""Films that say everywhere who they are of: in every element of the standard that holds text, and
where a reader of elements would not look. For tests that none of it comes out.

Left as they are: what a result needs to name its film (the UIDs of film, series and study), and
maker and model of the device, which `diffmine info` names where two films share them.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom._dicom_dict import DicomDictionary
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence

from diffmine.data.readers.dicom.header import ALLOWED
from tests.leaks import Words
from tests.unit.data.readers.dicom.files import PLAIN, lut
from tests.unit.export.dicom.films import described, film

WORD = "ZQXQUOKA"
"""Begins every planted text."""
NAME = f"{WORD}^Jané=山田^太郎=やまだ^たろう"
BORN, AT, STUDIED = "19471103", "031527.190827", "20190827"
NUMBER, WEIGHT, OWN_UID = "471190827364", "83.719133", "2.25.471190827365"
PLANTED = (
    *(WORD, "Jané", "山田", "太郎", "やまだ", NUMBER, WEIGHT, OWN_UID, AT),
    *(BORN, "1947-11-03", "1947:11:03", "03.11.1947", STUDIED, "2019-08-27", "27.08.2019"),
)
_TEXTS = ("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT")
_DEVICE = ("Manufacturer", "ManufacturerModelName")
_NEEDED = {"SpecificCharacterSet", "PhotometricInterpretation", "Modality", *_DEVICE}
_LISTED = [name for name in ALLOWED if name not in _NEEDED]
ROWS, COLUMNS = 80, 100
JPEG, JPEG_2000 = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.90"


def words() -> Words:
    """What is looked for."""
    return Words(PLANTED)


def swept() -> list[tuple[int, str]]:
    """Tag and kind of every element of the standard that holds text, but for those that a film is
    read by."""
    needed = {ALLOWED.get(name) for name in _NEEDED} | {0x00080005}
    listed = {ALLOWED[name] for name in _LISTED if _kind(ALLOWED[name]) != "CS"}
    return [
        (tag, vr)
        for tag, (vr, *_) in sorted(DicomDictionary.items())
        if vr in _TEXTS and tag >> 16 not in (0, 2, 0xFFFE) and tag not in needed | listed
    ]


def _kind(tag: int) -> str:
    return DicomDictionary[tag][0] if tag in DicomDictionary else ""


def patient(number: int) -> Dataset:
    """The film of that number, of 12 bits in 16, with its patient everywhere; nothing of it but its
    pixels, `numbers`, is valid only in part."""
    own = described(film(ROWS, COLUMNS), number, 12)
    own.SpecificCharacterSet = "ISO_IR 192"
    for tag, vr in swept():
        own.add_new(tag, vr, f"{WORD}{tag:08X}")
    own.PatientName, own.OtherPatientNames = NAME, [NAME, f"{WORD}^Née"]
    own.PatientBirthDate, own.PatientBirthTime = BORN, AT
    own.StudyDate, own.SeriesDate, own.ContentDate = STUDIED, STUDIED, STUDIED
    own.AcquisitionDateTime = f"{STUDIED}{AT}+0100"
    own.PatientID, own.AccessionNumber, own.PatientWeight = NUMBER, NUMBER, WEIGHT
    own.FrameOfReferenceUID, own.DeviceUID, own.IrradiationEventUID = (OWN_UID,) * 3
    own.StudyTime, own.InstanceCreatorUID = AT, OWN_UID
    _hidden(own)
    _nested(own)
    return own


def _hidden(own: Dataset) -> None:
    """In private elements, overlays, curves, tables, and elements of no kind."""
    for group in (0x0009, 0x0029, 0x7FE1):
        block = own.private_block(group, f"{WORD} {group:X}", create=True)
        block.add_new(1, "LO", f"{WORD}PRIVATE")
        block.add_new(2, "OB", f"{WORD}BYTES ".encode())
        block.add_new(3, "UN", f"{WORD}UNKNOWN ".encode())
    for group in (0x6000, 0x6002):
        own.add_new((group, 0x0010), "US", 16)
        own.add_new((group, 0x0011), "US", 16)
        own.add_new((group, 0x0022), "LO", f"{WORD}OVERLAY")
        own.add_new((group, 0x1500), "LO", f"{WORD}LABEL")
        own.add_new((group, 0x3000), "OW", f"{WORD}BITS ".encode())
    own.add_new(0x50000022, "LO", f"{WORD}CURVE")
    own.add_new(0x50003000, "OW", f"{WORD}CURVE DATA ".encode())
    own.add_new(0xFFFCFFFC, "OB", f"{WORD}BEHIND ".encode())
    table = lut([256, 0, 8], bytes(range(256)))
    table.LUTExplanation = f"{WORD}TABLE"
    own.VOILUTSequence = Sequence([table])
    own.EncapsulatedDocument = f"{WORD}DOCUMENT ".encode()


def _nested(own: Dataset) -> None:
    """In a sequence of a sequence, of known and of unknown length."""
    inner, request = Dataset(), Dataset()
    inner.PatientName, inner.PatientID, inner.ReferencedSOPInstanceUID = NAME, NUMBER, OWN_UID
    request.RequestedProcedureDescription = f"{WORD}REQUEST"
    request.OtherPatientIDsSequence = Sequence([inner])
    own.RequestAttributesSequence = Sequence([request])
    own.OtherPatientIDsSequence = Sequence([inner])
    own["OtherPatientIDsSequence"].is_undefined_length = True


def write_patient(path: Path, own: Dataset, syntax: str = PLAIN) -> Path:
    """Write a film so that preamble, file meta, the bits above those stored, and what its
    compressor has to say, say it too."""
    own.file_meta = meta = FileMetaDataset()
    meta.TransferSyntaxUID = syntax
    for name in ("SourceApplicationEntityTitle", "SendingApplicationEntityTitle"):
        setattr(meta, name, f"{WORD}{name[:4]}")
    meta.ImplementationVersionName = f"{WORD}IMPL"
    meta.PrivateInformationCreatorUID, meta.PrivateInformation = OWN_UID, f"{WORD}META ".encode()
    stored = numbers()
    if syntax == PLAIN:
        content = with_layers(stored).tobytes()
    else:
        content = encapsulate([compressed(stored, syntax)], has_bot=False)
    own.add_new(0x7FE00010, "OW" if syntax == PLAIN else "OB", content)
    own["PixelData"].is_undefined_length = syntax != PLAIN
    if syntax == JPEG:
        own.BitsAllocated = own.BitsStored = 8
        own.HighBit = 7
    own.preamble = f"{WORD}PREAMBLE".encode().ljust(128, b"\0")
    own.save_as(path, enforce_file_format=True)
    return path


def numbers() -> np.ndarray:
    """The numbers of 12 bits that a film shows, uint16 (80, 100)."""
    return film(ROWS, COLUMNS)


def with_layers(stored: np.ndarray) -> np.ndarray:
    """The same with a layer that spells the word in the four bits above them."""
    spelt = [half for byte in WORD.encode() for half in (byte >> 4, byte & 15)]
    layer = np.resize(np.array(spelt, np.uint16), stored.shape)
    return (stored | layer << 12).astype("<u2")


def compressed(stored: np.ndarray, syntax: str) -> bytes:
    """One frame with comments of the compressor's; of 8 bits as a JPEG."""
    into, text = io.BytesIO(), f"{WORD}COMMENT"
    if syntax == JPEG:
        picture, exif = Image.fromarray((stored >> 4).astype(np.uint8)), Image.Exif()
        exif[0x010E], exif[0x9C9D] = f"{WORD}EXIF", f"{WORD}AUTHOR".encode("utf-16-le")
        picture.save(into, "JPEG", quality=95, comment=text.encode(), exif=exif)
        return into.getvalue() + f"{WORD}BEHIND ".encode()
    Image.fromarray(stored).save(into, "JPEG2000", irreversible=False, no_jp2=True, comment=text)
    return into.getvalue()
