"""What the words of all languages mean: phrases, longest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from diffmine.data.dates.fold import folded, words
from diffmine.data.dates.languages import LANGUAGES
from diffmine.data.dates.languages.base import Language

Meaning = tuple[str, int]
"""A kind of word, and its number: of a month, an ordinal, a decade."""

_NAMED = {"code", "seasons", "months", "tens", "ordinals", "centuries"}
"""Fields of a language whose kind is not their name."""
_SOFT = "of|en|au|aux"
"""Or in Dutch and of in English; and in Dutch and in in French; to and in in French."""


def phrases(language: Language) -> Iterator[tuple[tuple[str, ...], Meaning]]:
    """Every phrase of a language, cut into words, with what it means."""
    for field in fields(language):
        if field.name not in _NAMED:
            yield from _cut(getattr(language, field.name), (field.name, 0))
    yield from _cut(language.seasons, ("season", 0))
    for kind, first, step, lists in (
        ("month", 1, 1, language.months),
        ("tens", 20, 10, language.tens),
        ("ordinal", 1, 1, language.ordinals),
        ("named century", 13, 1, language.centuries),
    ):
        for place, alternatives in enumerate(lists):
            yield from _cut(alternatives, (kind, first + step * place))


def _cut(alternatives: str, meaning: Meaning) -> Iterator[tuple[tuple[str, ...], Meaning]]:
    for phrase in filter(None, alternatives.split("|")):
        yield words(folded(phrase)), meaning


LEXICON: dict[tuple[str, ...], Meaning] = {
    **{phrase: meaning for language in LANGUAGES for phrase, meaning in phrases(language)},
    **dict(_cut(_SOFT, ("soft", 0))),
}
LONGEST = max(map(len, LEXICON))
