"""What a source says of the rights to a picture: the address of a known statement, and words.

Known are the licences and marks of creativecommons.org and the statements of rightsstatements.org.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

STATEMENTS = {
    "InC": "In Copyright",
    "InC-OW-EU": "In Copyright - EU Orphan Work",
    "InC-EDU": "In Copyright - Educational Use Permitted",
    "InC-NC": "In Copyright - Non-Commercial Use Permitted",
    "InC-RUU": "In Copyright - Rights-holder(s) Unlocatable or Unidentifiable",
    "NoC-CR": "No Copyright - Contractual Restrictions",
    "NoC-NC": "No Copyright - Non-Commercial Use Only",
    "NoC-OKLR": "No Copyright - Other Known Legal Restrictions",
    "NoC-US": "No Copyright - United States",
    "CNE": "Copyright Not Evaluated",
    "UND": "Copyright Undetermined",
    "NKC": "No Known Copyright",
}
"""The twelve statements of rightsstatements.org, version 1.0, by the end of their addresses."""
_PARTS = r"by(?:-(?:nc|nd|sa|nc-nd|nd-nc|nc-sa|sa-nc))?|nc|nd|sa|nc-sa|nd-nc"
_VERSION = r"1\.0|2\.0|2\.1|2\.5|3\.0|4\.0"
_ADDRESS = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_STATEMENT = re.compile(
    r"https?://(?:www\.)?rightsstatements\.org/(?:vocab|page)/([A-Za-z-]+)/1\.0(?:[/?#].*)?",
    re.IGNORECASE,
)
_LICENCE = re.compile(
    rf"https?://(?:www\.)?creativecommons\.org/licenses/({_PARTS})/({_VERSION})"
    r"(?:/([a-z]{2}|igo|scotland))?(?:/(?:deed|legalcode)(?:\.[\w-]+)?)?/?(?:[?#].*)?",
    re.IGNORECASE,
)
_PUBLIC = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/publicdomain/(zero|mark)/1\.0(?:[/?#].*)?",
    re.IGNORECASE,
)
_WRITTEN = re.compile(
    rf"CC[ -]({_PARTS})[ -]({_VERSION})(?:[ -]([a-z]{{2}}|igo|scotland))?", re.IGNORECASE
)
_ZERO = re.compile(r"CC[ -]?(?:0|Zero)(?:[ -]1\.0)?", re.IGNORECASE)
_MARK = re.compile(r"(?:CC[ -])?(?:PDM|Public Domain Mark)[ -]1\.0", re.IGNORECASE)
_CC = "https://creativecommons.org"


@dataclass(frozen=True)
class Rights:
    """`address` of the statement, empty where none is given; `words` for people, as they were
    written, or the short name of the statement where nothing but its address was."""

    address: str = ""
    words: str = ""


def rights_of(text: str) -> Rights:
    """What a text of a source means: an address, a licence by its short name, or words.

    Nothing is concluded: a licence without its version has no address, nor has "public domain".

    Example:
        >>> rights_of("http://rightsstatements.org/page/InC/1.0/?language=de")
        Rights(address='http://rightsstatements.org/vocab/InC/1.0/', words='In Copyright')
        >>> rights_of("CC BY-SA 4.0").address
        'https://creativecommons.org/licenses/by-sa/4.0/'
    """
    text = " ".join(text.split())
    address = _ADDRESS.search(text)
    if address is None:
        return Rights(_of_words(text), text)
    known = _known(address[0]) or _known(address[0].rstrip(".,;)"))
    whole = address[0] == text
    if known is None:
        return Rights(text if whole else "", text)  # terms of their own: an address, if that is all
    return Rights(known, short_name(known) if whole else text)


def short_name(address: str) -> str:
    """What people call a statement: `CC BY 4.0`, `In Copyright`; empty for one not known."""
    if match := _STATEMENT.fullmatch(address):
        return STATEMENTS.get(_statement(match[1]), "")
    if match := _LICENCE.fullmatch(address):
        return " ".join(["CC", *(part.upper() for part in match.groups() if part)])
    if match := _PUBLIC.fullmatch(address):
        return "CC0 1.0" if match[1].lower() == "zero" else "Public Domain Mark 1.0"
    return ""


def _known(address: str) -> str | None:
    """A known statement as its own site writes its address."""
    if match := _STATEMENT.fullmatch(address):
        name = _statement(match[1])
        return f"http://rightsstatements.org/vocab/{name}/1.0/" if name else None
    if match := _LICENCE.fullmatch(address):
        return _licence(match)
    if match := _PUBLIC.fullmatch(address):
        return f"{_CC}/publicdomain/{match[1].lower()}/1.0/"
    return None


def _of_words(text: str) -> str:
    if match := _WRITTEN.fullmatch(text):
        return _licence(match)
    if _ZERO.fullmatch(text):
        return f"{_CC}/publicdomain/zero/1.0/"
    return f"{_CC}/publicdomain/mark/1.0/" if _MARK.fullmatch(text) else ""


def _licence(match: re.Match[str]) -> str:
    return "/".join([f"{_CC}/licenses", *(part.lower() for part in match.groups() if part), ""])


def _statement(written: str) -> str:
    return next((name for name in STATEMENTS if name.lower() == written.lower()), "")
