"""Texts made alike: one case, no accents, one dash, one apostrophe, single spaces."""

from __future__ import annotations

import re
import unicodedata

_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´′", "'"))


def folded(text: str) -> str:
    """`"Fin du XIXᵉ siècle"` is `"fin du xixe siecle"`, and every dash a hyphen."""
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).casefold()
    letters = (
        "-" if unicodedata.category(letter) == "Pd" or letter == "−" else letter
        for letter in plain
        if unicodedata.category(letter) not in ("Mn", "Cf")
    )
    return " ".join("".join(letters).translate(_APOSTROPHES).split())


def words(text: str) -> tuple[str, ...]:
    """Words, numbers and signs of a folded text; those of abbreviations are none."""
    return tuple(re.findall(r"[a-z]+|\d+|[^\sa-z\d]", undotted(text)))


def undotted(text: str) -> str:
    """A folded text without the dots of abbreviations and the apostrophes between letters."""
    return re.sub(r"(?<=[a-z])(\.(?!\.)|'(?=[a-z]))", " ", text)
