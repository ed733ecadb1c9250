"""What a result that goes back to an archive must say of the film that it is about.

Every value is checked against what the standard lets stand there, and codes against closed lists:
no free text of a file comes through. Who the patient is, is read when it is asked for alone, and
then only what a valid file must have a place for: the elements of type 2 of the modules Patient
and General Study (PS3.3 C.7.1.1, C.7.2.1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from diffmine.data.fence import fenced_one
from diffmine.data.fence.child import Answer
from diffmine.data.files import digest_of, printable
from diffmine.data.readers.dicom.header import Header
from diffmine.data.readers.dicom.opened import opened
from diffmine.data.readers.dicom.placing import (
    listed,
    orientation_of,
    part_of,
    side_of,
    spacing_of,
    view_of,
)

UIDS = {
    "SOPInstanceUID": 0x00080018,
    "StudyInstanceUID": 0x0020000D,
    "SeriesInstanceUID": 0x0020000E,
}
_PLACED = {
    "PatientOrientation": 0x00200020,
    "Laterality": 0x00200060,
    "ImageLaterality": 0x00200062,
    "BodyPartExamined": 0x00180015,
}
IDENTITY = {
    "PatientName": 0x00100010,
    "PatientID": 0x00100020,
    "PatientBirthDate": 0x00100030,
    "PatientSex": 0x00100040,
    "StudyDate": 0x00080020,
    "StudyTime": 0x00080030,
    "StudyID": 0x00200010,
    "AccessionNumber": 0x00080050,
    "ReferringPhysicianName": 0x00080090,
}
"""Elements that say who and when, looked at when a result is to carry them."""
_CHARACTERS = {"SpecificCharacterSet": 0x00080005}
_REMOVED = {"PatientIdentityRemoved": 0x00120062}
_UID = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*))+")
_TIME = re.compile(r"([01]\d|2[0-3])([0-5]\d([0-5]\d(\.\d{1,6})?)?)?")
_SEXES = ("M", "F", "O")
_LONGEST = {"StudyID": 16, "AccessionNumber": 16, "PatientID": 64}


@dataclass(frozen=True)
class SourceImage:
    """A DICOM picture as results name it. `digest` is the SHA-256 of its file; `rows` and `columns`
    count its stored pixels; spacings are (down, across) in mm, () where the file gives none.
    `removed`: the file says that its patient was taken out of it. `identity` holds elements of
    IDENTITY by their keywords; empty unless it was asked for."""

    digest: str
    sop_class: str
    sop: str
    series: str
    study: str
    rows: int
    columns: int
    frames: int
    spacing: Sequence[float] = ()
    imager_spacing: Sequence[float] = ()
    orientation: Sequence[str] = ()
    side: str = ""
    view: str = ""
    part: str = ""
    burned_in: str = ""
    removed: bool = False
    identity: Mapping[str, str] = field(default_factory=dict)


def read_source_image(path: Path, *, identity: bool = False) -> SourceImage:
    """What is told of a film, read behind the fence; `identity`: who the patient is too.

    Raises ImageError in a sentence without any value of the file, for a file that is no DICOM
    picture or whose UIDs are none.
    """
    return SourceImage(**fenced_one(told, path, {"identity": identity}).facts)


def told(path: Path, *, identity: bool) -> Answer:
    """Work of a child: the fields of a SourceImage."""
    who = {**IDENTITY, **_CHARACTERS} if identity else {}
    more = {**UIDS, **_PLACED, **who, **_REMOVED}
    with opened(path, printable(path.name), more, marked=True) as header:
        own = _film(header, digest_of(path), identity)
    return Answer(asdict(own))


def _film(header: Header, digest: str, identity: bool) -> SourceImage:
    removed = header.text("PatientIdentityRemoved") == "YES"
    if identity and removed and not header.get("PatientID"):
        raise ValueError("PatientID")  # a copy without it: nothing but empty names would come out
    return SourceImage(
        digest=digest,
        sop_class=_uid(header, "SOPClassUID"),
        sop=_uid(header, "SOPInstanceUID"),
        series=_uid(header, "SeriesInstanceUID"),
        study=_uid(header, "StudyInstanceUID"),
        rows=header.count("Rows"),
        columns=header.count("Columns"),
        frames=max(1, header.count("NumberOfFrames", 1)),
        spacing=spacing_of(header, "PixelSpacing") or (),
        imager_spacing=spacing_of(header, "ImagerPixelSpacing") or (),
        orientation=orientation_of(header),
        side=side_of(header),
        view=view_of(header),
        part=part_of(header),
        burned_in=listed(header.text("BurnedInAnnotation"), ("YES", "NO")),
        removed=removed,
        identity={name: _who(header, name) for name in IDENTITY} if identity else {},
    )


def _uid(header: Header, name: str) -> str:
    text = header.text(name)
    if not is_uid(text):
        raise ValueError(name)
    return text


def is_uid(text: str) -> bool:
    """Whether a text is a UID (PS3.5 9.1)."""
    return len(text) <= 64 and bool(_UID.fullmatch(text))


def _who(header: Header, name: str) -> str:
    """An element of IDENTITY as it stands there; ValueError for what the standard lets not stand
    there: a name in part is another name."""
    from pydicom.valuerep import PersonName

    value = header.get(name)
    if not isinstance(value, str | PersonName | None):  # several, by a backslash
        raise ValueError(name)
    text = str(value or "").strip(" \0")
    if not text.isprintable() or "\\" in text or (text and not _valid(name, text)):
        raise ValueError(name)
    if not text.isascii() and ("\ufffd" in text or not _is_told(header)):
        raise ValueError(name)
    return text


def _is_told(header: Header) -> bool:
    """Whether a file says by which letters it is written, in a way that is known: pydicom takes
    bytes for others where it does not, and another name comes out."""
    from pydicom.charset import python_encoding

    value = header.get("SpecificCharacterSet")
    names = [value] if isinstance(value, str) else list(value or [])
    return any(names) and all(name in python_encoding for name in names)


def _valid(name: str, text: str) -> bool:
    if name == "PatientSex":
        return text in _SEXES
    if name.endswith("Date"):
        return text.isdecimal() and len(text) == 8 and bool(datetime.strptime(text, "%Y%m%d"))
    if name.endswith("Time"):
        return bool(_TIME.fullmatch(text))
    if name.endswith("Name"):
        groups = text.split("=")
        parts = max(group.count("^") for group in groups)
        return len(groups) <= 3 and parts <= 4 and max(map(len, groups)) <= 64
    return len(text) <= _LONGEST[name]
