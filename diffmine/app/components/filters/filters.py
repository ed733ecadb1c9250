"""Filters in the app: read from what a browser or a link says, written as a link and as words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

import gradio as gr

from diffmine.app import texts, words
from diffmine.app.cache import digest
from diffmine.app.parts import Value, component, page_template
from diffmine.atlas.filters import Filter, Sieve

MOST_OFFERED = 500
MOST_NAMES = 200
_LONGEST = 24
KEYS = ("min", "max", "since", "until", "group", "source", "clear")


def filters(value: Value | None = None, **settings: Any) -> gr.HTML:
    """The form that chooses what the walls show. Event: filter(fields)."""
    return component("filters", page_template("filters/filters.html"), value, settings)


class Mistyped(ValueError):
    """Something that a reader typed and cannot have meant, said in one sentence.

    It is shown in the form: gradio shows no errors from outside its queue."""


def read(fields: Any, sieve: Sieve) -> Filter:
    """The filter that the fields of the form describe: `min`, `max`, `since` and `until` as typed,
    lists of names `group` and `source`, `clear`. Raises Mistyped, with one sentence."""
    if not isinstance(fields, Mapping) or not isinstance(fields.get("clear", False), bool):
        raise Mistyped(texts.FILTERS_UNREAD)
    least, most = (_number(fields.get(name, "")) for name in ("min", "max"))
    since, until = (_year(fields.get(name, "")) for name in ("since", "until"))
    _ordered(texts.TYPICALITY, least, most)
    _ordered(texts.YEAR, since, until)
    groups = _names("group", fields.get("group", []), sieve.groups)
    sources = _names("source", fields.get("source", []), sieve.sources)
    return Filter(least, most, groups, since, until, sources, fields.get("clear", False))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Mistyped(texts.FILTERS_UNREAD)
    return " ".join(value[: _LONGEST + 1].split())


def _number(value: Any) -> float | None:
    text = _text(value)
    if not text:
        return None
    try:
        number = float(text.replace("−", "-").replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or len(text) > _LONGEST:
        raise Mistyped(texts.NOT_A_NUMBER.format(text=text))
    return number


def _year(value: Any) -> int | None:
    text = _text(value)
    if not text:
        return None
    digits = text.removeprefix("-").removeprefix("−")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 6):
        raise Mistyped(texts.NOT_A_YEAR.format(text=text))
    return int(digits) if digits == text else -int(digits)


def _ordered(name: str, low: float | int | None, high: float | int | None) -> None:
    if low is not None and high is not None and low > high:
        raise Mistyped(texts.WRONG_ORDER.format(name=name, low=low, high=high))


def _names(kind: str, value: Any, known: list[str]) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MOST_NAMES:
        raise Mistyped(texts.TOO_MANY_NAMES[kind].format(most=MOST_NAMES))
    there = frozenset(known)
    for name in value:
        if not isinstance(name, str) or name not in there:
            raise Mistyped(texts.NO_SUCH_NAME[kind].format(name=str(name)[:80]))
    return tuple(dict.fromkeys(value))


# Links


def to_query(filter: Filter) -> dict[str, str]:
    """A filter as parts of a link; names are quoted, so that commas can separate them."""
    return {
        "min": "" if filter.least is None else repr(filter.least),
        "max": "" if filter.most is None else repr(filter.most),
        "since": "" if filter.since is None else str(filter.since),
        "until": "" if filter.until is None else str(filter.until),
        "group": ",".join(quote(name, safe=" ") for name in filter.groups),
        "source": ",".join(quote(name, safe=" ") for name in filter.sources),
        "clear": "1" if filter.clear else "",
    }


def from_query(query: Mapping[str, str], sieve: Sieve) -> Filter:
    """The filter in a link; raises Mistyped."""
    fields: dict[str, Any] = {key: query.get(key, "") for key in ("min", "max", "since", "until")}
    for key in ("group", "source"):
        fields[key] = [unquote(name) for name in query.get(key, "").split(",") if name]
    if query.get("clear", "") not in ("", "1"):
        raise Mistyped(texts.FILTERS_UNREAD)
    return read(fields | {"clear": query.get("clear") == "1"}, sieve)


# The form


def in_words(filter: Filter) -> str:
    """`typicality from 0.01, years to 1930, not inside the noise`; empty when nothing is set."""
    parts = []
    for name, low, high in (
        (texts.FILTER_TYPICALITY, filter.least, filter.most),
        (texts.FILTER_YEARS, filter.since, filter.until),
    ):
        ends = [(texts.FILTER_FROM, low), (texts.FILTER_TO, high)]
        given = [end.format(value=_plain(value)) for end, value in ends if value is not None]
        if given:
            parts.append(f"{name} {' '.join(given)}")
    for kind, names in (("group", filter.groups), ("source", filter.sources)):
        if names:
            text = texts.ONE_NAME[kind] if len(names) == 1 else texts.SEVERAL_NAMES[kind]
            parts.append(text.format(name=names[0], count=len(names)))
    return ", ".join([*parts, *([texts.FILTER_CLEAR] if filter.clear else [])])


def _plain(value: float | int | None) -> str:
    return "" if value is None else f"{value}".replace("-", "−")


def form_value(sieve: Sieve, label: str, kind: str, filter: Filter) -> dict[str, Any]:
    """The value of a Filters: what can be asked for, and what is asked for. A filter that
    would keep all patches or none is not offered."""
    span = sieve.span(label, kind)
    years = sieve.years
    offered = {
        "groups": sieve.groups[:MOST_OFFERED] if len(sieve.groups) > 1 else [],
        "sources": sieve.sources[:MOST_OFFERED] if len(sieve.sources) > 1 else [],
        "years": [str(year) for year in years] if years and years[0] < years[1] else [],
    }
    current = {
        "min": _plain(filter.least),
        "max": _plain(filter.most),
        "since": _plain(filter.since),
        "until": _plain(filter.until),
        "group": list(filter.groups),
        "source": list(filter.sources),
        "clear": filter.clear,
    }
    return {
        "rev": digest(offered),
        **offered,
        "span": [words.score(end) for end in span] if span else [],
        "current": current,
        "said": in_words(filter),
    }
