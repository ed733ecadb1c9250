"""The words of all languages together."""

from __future__ import annotations

import re

from diffmine.data.dates.fold import folded
from diffmine.data.dates.languages import LANGUAGES
from diffmine.data.dates.lexicon import LEXICON, phrases


def test_no_phrase_means_two_things() -> None:
    meanings: dict[tuple[str, ...], set[tuple[str, int]]] = {}
    for language in LANGUAGES:
        for phrase, meaning in phrases(language):
            meanings.setdefault(phrase, set()).add(meaning)
    assert not {phrase: two for phrase, two in meanings.items() if len(two) > 1}
    assert len(meanings) > 1000


def test_soft_words_hide_no_other() -> None:
    for language in LANGUAGES:
        assert not {("of",), ("en",)} & {phrase for phrase, _ in phrases(language)}


def test_every_language_has_its_months_and_decades() -> None:
    for language in LANGUAGES:
        assert (len(language.months), len(language.tens)) == (12, 8), language.code


def test_no_phrase_is_empty_and_all_are_folded() -> None:
    for phrase in LEXICON:
        assert phrase
        assert all(
            re.fullmatch(r"[a-z]+|[-/]|\d+", word) and word == folded(word) for word in phrase
        )
