"""What every result has in common: whose film it is about, and what made it, as DICOM says it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from highdicom import UID
from pydicom.dataset import Dataset
from pydicom.valuerep import DSfloat

from diffmine.data.readers.dicom.source_image import IDENTITY, SourceImage
from diffmine.export.dicom.maker import MAKER, Maker
from diffmine.version import __version__


def equipment(maker: Maker) -> dict[str, Any]:
    """What made a result, as highdicom asks for it (PS3.3 C.7.5.1, General Equipment)."""
    return {
        "manufacturer": MAKER,
        "manufacturer_model_name": short(maker.model),
        "software_versions": __version__,
        "device_serial_number": maker.digest or MAKER,
    }


def short(text: str, most: int = 64) -> str:
    """A text as the standard lets stand in an element of so many letters: no backslash, which parts
    values, nor control characters."""
    plain = "".join(c if c.isprintable() else " " for c in text.replace("\\", "/"))
    plain = " ".join(plain.split())
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def pseudonym(film: SourceImage) -> str:
    """A patient's ID that says no more than the study's UID, which every result names anyway."""
    return f"diffmine-{hashlib.sha256(film.study.encode()).hexdigest()[:16]}"


def reference(film: SourceImage) -> Dataset:
    """The film as results refer to it: its UIDs and its size. Its patient has no name here:
    highdicom says names that it does not like on stderr."""
    own = Dataset()
    own.SpecificCharacterSet = "ISO_IR 192"
    own.SOPClassUID, own.SOPInstanceUID = film.sop_class, film.sop
    own.SeriesInstanceUID, own.StudyInstanceUID = film.series, film.study
    own.Rows, own.Columns = film.rows, film.columns
    own.Modality = "OT"
    for name in IDENTITY:
        setattr(own, name, None)
    if film.spacing:
        own.PixelSpacing = decimals(film.spacing)
    return own


def finished(result: Dataset, film: SourceImage) -> None:
    """Say in a result, in place, who the patient is, or that nobody is named; in one with pixels,
    what part of the body they show and which way up."""
    nobody = {"PatientID": pseudonym(film), "PatientName": f"{pseudonym(film)}^"}
    for name, text in (film.identity or nobody).items():
        setattr(result, name, text)
    if not film.identity:
        result.PatientIdentityRemoved = "YES"
        result.DeidentificationMethod = "Named by a hash of the Study Instance UID"
    if "Rows" in result:
        result.PatientOrientation = list(film.orientation) or None
        if film.part:
            result.BodyPartExamined = film.part


def new_uid() -> UID:
    """A UID that no other thing has. A result made again is another: archives keep the first of two
    with one UID and say that all went well."""
    return UID()


def decimals(numbers: Sequence[float]) -> list[DSfloat]:
    """Numbers as decimal strings of at most 16 letters, which pydicom does not see to itself."""
    return [DSfloat(number, auto_format=True) for number in numbers]
