"""Texts of Wikimedia Commons as people read them: templates, links and tags become words.

Templates of dates: https://commons.wikimedia.org/wiki/Template:Other_date (2026). What is written
for them is what diffmine/data/dates reads.
"""

from __future__ import annotations

import html
import re

_INNER = re.compile(r"\{\{([^{}]*)\}\}")
_LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")
_ADDRESS = re.compile(r"\[(?:https?:)?//\S+\s+([^\]]+)\]")
_REF = re.compile(r"<ref[^>]*>.*?</ref>|<ref[^>]*/>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div|/li)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_QUOTES = re.compile("'{2,5}")
_LONGEST = 100_000
_DEEPEST = 20
_TWO = {"between": "between {} and {}", "or": "{} or {}"}
_BOTH = {"-", "from-until", "from-to", "range", "and"}
_ONE = {
    **dict.fromkeys(("~", "ca", "circa", "about", "around"), "c. {}"),
    **dict.fromkeys(("before", "<", "ante", "prior to"), "before {}"),
    **dict.fromkeys(("by", "no later than", "until", "till", "to", ">=", "terminus ante quem"),
                    "until {}"),
    **dict.fromkeys(("after", ">", "post"), "after {}"),
    **dict.fromkeys(("from", "since", "<=", "terminus post quem"), "since {}"),
    **dict.fromkeys(("s", "decade"), "{}s"),
    **dict.fromkeys(("c", "century"), "{} century"),
    **dict.fromkeys(("early", "mid", "late"), ""),
}  # fmt: skip
_PARTS = {"1half": "first half", "2half": "second half", "1quarter": "first quarter",
          "2quarter": "second quarter", "3quarter": "third quarter", "4quarter": "fourth quarter",
          "first half": "first half", "second half": "second half", "early": "early",
          "mid": "mid", "late": "late"}  # fmt: skip
_SEASONS = {"spring", "summer", "autumn", "fall", "winter"}
_UNKNOWN = {"unknown", "?", "unknown date", "unknown author", "unknown photographer", "author"}
_DATED = {"isodate", "date", "taken on", "taken in", "according to exif data", "upload date",
          "original upload date", "published on", "dtz"}  # fmt: skip
_NAMED = ("creator:", "institution:")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]+)?")
_LICENCE = re.compile(r"cc-(?:by|zero|0|pd)[\w.,-]*|pd-[\w.-]+|gfdl\b.*|fal|ogl\S*", re.IGNORECASE)


def is_marked(text: str) -> bool:
    """Whether a text holds a template, a link or a tag."""
    return "{{" in text or "[[" in text or "</" in text or "<br" in text


def plain(text: str) -> str:
    """A text without markup; what it does not know of templates it leaves out.

    Example:
        >>> plain("{{other date|~|1920}}"), plain("{{Creator:Eva Muster}}")
        ('c. 1920', 'Eva Muster')
    """
    text = _LINK.sub(lambda match: match[1], _REF.sub("", text[:_LONGEST]))
    for _ in range(_DEEPEST):
        shorter = _INNER.sub(lambda match: _template(match[1]), text)
        if shorter == text:
            break
        text = shorter
    text = _ADDRESS.sub(lambda match: match[1], text)
    text = _TAG.sub("", _BREAK.sub(" ", _QUOTES.sub("", text)))
    return " ".join(html.unescape(text).split())


def _template(inside: str) -> str:
    """What a template says."""
    name, *written = (part.strip() for part in inside.split("|"))
    name = name.replace("_", " ").removeprefix("Template:").strip()
    low = name.lower()
    values = [part for part in written if not re.match(r"[A-Za-z]\w*\s*=", part)]
    values = [re.sub(r"^\d+\s*=\s*", "", part) for part in values]
    named = {key.strip(): value.strip() for key, sign, value in
             (part.partition("=") for part in written) if sign}  # fmt: skip
    if low.startswith(_NAMED):
        return name.partition(":")[2].strip()
    if low in ("other date", "otherdate", "complex date"):
        return _date(values, named)
    if low in ("circa", "ca", "c."):
        return f"c. {_day(values)}" if values else ""
    if low in _DATED:
        return _day(values)
    if low in _UNKNOWN:
        return "unknown"
    if low in ("anonymous", "own", "own work"):
        return low
    if low == "self" or low.startswith("self/"):
        return ", ".join(map(_licence, values))
    if _LICENCE.fullmatch(low):
        return _licence(name)
    return values[0] if values and _LANGUAGE.fullmatch(low) else ""


def _date(values: list[str], named: dict[str, str]) -> str:
    """The words of {{other date}}, of {{complex date}} where it has one or two plain dates."""
    kind = (values[0] if values else named.get("conj", "")).lower()
    dates = values[1:] or [named[key] for key in ("date1", "date2") if named.get(key)]
    era = " BC" if named.get("era", "").upper() in ("BC", "BCE") else ""
    certain = "c. " if named.get("certainty") == "circa" else ""
    if not dates or kind in _UNKNOWN:
        return "unknown" if kind in _UNKNOWN else kind if kind[:1].isdigit() else ""
    if len(dates) > 1 and kind in ("~", "ca", "circa"):
        return f"c. {_span(dates)}{era}"
    if len(dates) > 1 and kind in _TWO:
        return certain + _TWO[kind].format(*dates[:2]) + era
    if len(dates) > 1 and kind in _BOTH:
        return certain + _span(dates) + era
    if kind in _SEASONS:
        return f"{certain}{kind} {dates[0]}{era}"
    if kind in _PARTS:
        return f"{certain}{_PARTS[kind]} {_whole(dates[0])}{era}"
    form = _ONE.get(kind)
    if form is None:
        return ""
    return certain + form.format(_ordinal(dates[0]) if "century" in form else dates[0]) + era


def _span(dates: list[str]) -> str:
    days = any("-" in date for date in dates)
    return ("between {} and {}" if days else "{}-{}").format(*dates[:2])


def _whole(date: str) -> str:
    """A century by its number, or another stretch as it is."""
    century = date.isdecimal() and len(date) < 3
    return f"of the {_ordinal(date)} century" if century else date


def _ordinal(number: str) -> str:
    if not number.isdecimal():
        return number
    ending = {1: "st", 2: "nd", 3: "rd"}.get(int(number) % 10, "th")
    return number + ("th" if int(number) % 100 in (11, 12, 13) else ending)


def _day(values: list[str]) -> str:
    """A date of one value, or of year, month and day."""
    numbers = [value for value in values[:3] if value.isdecimal()]
    if len(numbers) < 2:
        return values[0] if values else ""
    return "-".join([numbers[0].zfill(4), *(number.zfill(2) for number in numbers[1:])])


def _licence(name: str) -> str:
    """The short name of a licence's template."""
    low = name.lower()
    if low.startswith("pd-"):
        return f"Public domain ({name})"
    if low in ("cc-zero", "cc0", "cc-0"):
        return "CC0 1.0"
    match = re.fullmatch(r"cc-((?:by|nc|nd|sa)(?:-(?:nc|nd|sa))*)-([\d.]+)(?:,.*)?(-\w+)?", low)
    if match is None:
        return name
    return " ".join(
        ["CC", match[1].upper(), match[2], *([match[3][1:].upper()] if match[3] else [])]
    )
