"""Values of foreign JSON as what they should be, or nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

_LONGEST = 4000
"""Letters of the longest text."""
_PREFERRED = ("en", "none", "@none", "")


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, or the one that stands alone."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def id_of(value: Any) -> str:
    """The address of an object or of what stands for it."""
    if isinstance(value, dict):
        value = value.get("id", value.get("@id"))
    return value.strip() if isinstance(value, str) else ""


def kind_of(value: dict[str, Any]) -> str:
    """The type of an object, without the prefix that version 2 gives it."""
    kind = value.get("type", value.get("@type"))
    kind = kind[0] if isinstance(kind, list) and kind else kind
    return kind.rpartition(":")[2] if isinstance(kind, str) else ""


def number(value: Any) -> float | None:
    """A finite number above zero."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and value > 0 else None


def whole(value: Any) -> int | None:
    """A number of pixels."""
    size = number(value)
    return int(size) if size is not None and 1 <= size < 2**31 else None


def languages(value: Any) -> dict[str, str]:
    """Texts by their languages, in either version's form; several of one language stand behind one
    another, "" is no language."""
    texts: dict[str, list[str]] = {}
    for language, text in _texts(value):
        if plain := readable(text):
            texts.setdefault(language, []).append(plain)
    return {language: "; ".join(dict.fromkeys(own)) for language, own in texts.items()}


def text_of(value: Any, language: str = "") -> str:
    """One text of those: in a language, else in English, else in none, else the first."""
    texts = languages(value)
    short = language.partition("-")[0]
    near = [own for own in texts if own.partition("-")[0] in (short, "en")]
    near.sort(key=lambda own: own.partition("-")[0] != short)
    for own in (language, *near, *_PREFERRED):
        if own in texts:
            return texts[own]
    return next(iter(texts.values()), "")


def _texts(value: Any) -> Iterator[tuple[str, str]]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str | int | float) and not isinstance(one, bool):
            yield "", str(one)
        elif isinstance(one, dict) and "@value" in one:
            language = one.get("@language")
            yield (language if isinstance(language, str) else ""), str(one["@value"])
        elif isinstance(one, dict):
            for language, own in one.items():
                yield from ((language, text) for text in _strings(own))


def _strings(value: Any) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def readable(text: str) -> str:
    """A text without the HTML that IIIF allows in it, its spaces single."""
    text = text[: 4 * _LONGEST].strip()
    if text.startswith("<") and text.endswith(">"):
        parser = _Text()
        parser.feed(text)
        parser.close()
        text = " ".join(parser.parts)
    return " ".join(text.replace("\x00", "").split())[:_LONGEST]


class _Text(HTMLParser):
    """What of a piece of HTML is read: not its marks, nor scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A mark begins."""
        self._hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        """A mark ends."""
        self._hidden -= bool(self._hidden) and tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        """Text between marks."""
        if not self._hidden:
            self.parts.append(data)
