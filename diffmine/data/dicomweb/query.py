"""What is asked of an archive: dicomweb+https://NAME:PASSWORD@HOST/dicom-web?Modality=DX&...

A name that is misspelt is refused here: servers pass over it and answer with all that they have.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from diffmine.data.dicomweb import texts
from diffmine.data.readers.dicom.placing import MODALITIES, PARTS, VIEWS
from diffmine.data.readers.dicom.source_image import is_uid
from diffmine.errors import DataError

STUDY, SERIES, INSTANCE = UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
WORDS: dict[str, tuple[str, ...]] = {
    "Modality": MODALITIES,
    "BodyPartExamined": PARTS,
    "ViewPosition": VIEWS,
}
"""What else is asked for, and what it may be."""
_PREFIX = re.compile(r"dicomweb\+(?=https?://)", re.IGNORECASE)

Filters = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Query:
    """An archive: its address without a name or a password, those of whoever asks ("NAME:PASSWORD",
    empty: none), and values by the names of elements, of which a picture has one each."""

    service: str
    login: str = field(default="", repr=False)
    filters: Filters = field(default_factory=dict)

    @property
    def host(self) -> str:
        """Whose archive it is, in a sentence."""
        return urlsplit(self.service).netloc

    @property
    def asked(self) -> str:
        """What is asked for, as the end of a sentence's part."""
        told = (f"{name} {' or '.join(values[:3])}" for name, values in self.filters.items())
        return texts.ASKED.format(filters=", ".join(told)) if self.filters else ""

    def about(self, text: str, **more: object) -> str:
        """A sentence about this archive."""
        return text.format(host=self.host, asked=self.asked, **more)


def is_archive(text: str) -> bool:
    """Whether a text names an archive of films."""
    return bool(_PREFIX.match(text.strip()))


def query_of(text: str) -> Query:
    """What an address asks for. Raises DataError, which never holds its password."""
    try:
        parts = urlsplit(_PREFIX.sub("", text.strip()))
        login, _, host = parts.netloc.rpartition("@")
        whole = parts.hostname and parts.port != 0 and not parts.fragment
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        whole = False
    if not whole:
        raise DataError(texts.NO_ADDRESS.format(address=without_login(text)))
    name, _, password = login.partition(":")
    who = f"{unquote(name)}:{unquote(password)}" if login else ""
    service = f"{parts.scheme}://{host}{parts.path}".rstrip("/")
    return Query(service, who, _filters(pairs))


def without_login(text: str) -> str:
    """An address as it may be said and written: without a name and a password."""
    return re.sub(r"//[^/?#]*@", "//", text.strip())


def _filters(pairs: list[tuple[str, str]]) -> Filters:
    known = {name.casefold(): name for name in (*UIDS, *WORDS)}
    filters: dict[str, tuple[str, ...]] = {}
    for written, value in pairs:
        name = known.get(written.strip().casefold())
        if name is None:
            names = ", ".join(known.values())
            raise DataError(texts.NO_FILTER.format(name=written, names=names))
        values = (one for part in value.split(",") if (one := _value(name, part)))
        filters[name] = tuple(dict.fromkeys([*filters.get(name, ()), *values]))
    return {name: values for name, values in filters.items() if values}


def _value(name: str, written: str) -> str:
    value = written.strip().upper()
    if name in WORDS and value and value not in WORDS[name]:
        raise DataError(
            texts.NO_VALUE.format(name=name, value=written, values=", ".join(WORDS[name]))
        )
    if name in UIDS and value and not is_uid(value):
        raise DataError(texts.NO_UID.format(name=name, value=written))
    return value
