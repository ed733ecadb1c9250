"""What Wikimedia Commons writes, as people read it; dates as this product reads them."""

from __future__ import annotations

import pytest

from diffmine.data.bins import date_facts
from diffmine.data.rights import rights_of
from diffmine.data.wikitext import is_marked, plain

DATES = {
    "{{other date|~|1920}}": ("c. 1920", 1920, 1920),
    "{{Other date|circa|1920|1925}}": ("c. 1920-1925", 1920, 1925),
    "{{other date|between|1920|1925}}": ("between 1920 and 1925", 1920, 1925),
    "{{other date|-|1920-01|1925-02}}": ("between 1920-01 and 1925-02", 1920, 1925),
    "{{other date|from-until|1920|1925}}": ("1920-1925", 1920, 1925),
    "{{other date|or|1920|1921}}": ("1920 or 1921", 1920, 1921),
    "{{other date|before|1920}}": ("before 1920", None, 1920),
    "{{other date|by|1920}}": ("until 1920", None, 1920),
    "{{other date|after|1920}}": ("after 1920", 1920, None),
    "{{other date|s|1920}}": ("1920s", 1920, 1929),
    "{{other date|decade|1920}}": ("1920s", 1920, 1929),
    "{{other date|century|19}}": ("19th century", 1800, 1899),
    "{{other date|century|21}}": ("21st century", 2000, 2099),
    "{{other date|2half|19}}": ("second half of the 19th century", 1850, 1899),
    "{{other date|spring|1920}}": ("spring 1920", 1920, 1920),
    "{{other_date|?}}": ("unknown", None, None),
    "{{other date|no such|1920}}": ("", None, None),
    "{{complex date|between|date1=1920|date2=1925}}": ("between 1920 and 1925", 1920, 1925),
    "{{circa|1920}}": ("c. 1920", 1920, 1920),
    "{{circa|1920|5|3}}": ("c. 1920-05-03", 1920, 1920),
    "{{date|1920|5|1}}": ("1920-05-01", 1920, 1920),
    "{{ISOdate|1920-05-01}}": ("1920-05-01", 1920, 1920),
    "{{Taken on|1920-05-01|location=Austria}}": ("1920-05-01", 1920, 1920),
    "{{unknown|date}}": ("unknown", None, None),
    "1920<br />(print {{circa|1930}})": ("1920 (print c. 1930)", None, None),
}
WORDS = {
    "{{Creator:Eva Muster}}": "Eva Muster",
    "{{Creator:Eva Muster|photographer of}}": "Eva Muster",
    "{{Institution:Musterarchiv, Wien}}": "Musterarchiv, Wien",
    "{{unknown photographer}}": "unknown",
    "{{en|1=A ''street'' in [[:en:Vienna|Vienna]]}}": "A street in Vienna",
    "{{de|Eine Straße}} {{en|A street}}": "Eine Straße A street",
    "[[User:Eva|Eva M.]] &amp; [https://example.org/x Archive]": "Eva M. & Archive",
    '<a href="https://example.org">Eva</a><br>Muster': "Eva Muster",
    "'''Bold'''<ref>a note</ref> text<!-- hidden -->": "Bold text",
    "{{own}}": "own",
    "{{no such template|x}}": "",
}
LICENCES = {
    "{{cc-by-sa-4.0}}": "https://creativecommons.org/licenses/by-sa/4.0/",
    "{{self|cc-by-4.0}}": "https://creativecommons.org/licenses/by/4.0/",
    "{{Cc-by-sa-3.0-de}}": "https://creativecommons.org/licenses/by-sa/3.0/de/",
    "{{cc-zero}}": "https://creativecommons.org/publicdomain/zero/1.0/",
    "{{PD-old-70}}": "",
}


@pytest.mark.parametrize("text", DATES)
def test_dates_become_words_that_are_read(text: str) -> None:
    words, first, last = DATES[text]
    assert plain(text) == words
    if words and words != "1920 (print c. 1930)":
        facts = date_facts(words)
        assert (facts["date_first"], facts["date_last"]) == (first, last)


@pytest.mark.parametrize("text", WORDS)
def test_names_and_sentences_lose_their_markup(text: str) -> None:
    assert is_marked(text)
    assert plain(text) == WORDS[text]


@pytest.mark.parametrize("text", LICENCES)
def test_templates_of_licences_are_known_as_such(text: str) -> None:
    assert rights_of(plain(text)).address == LICENCES[text]
    assert plain("{{PD-old-70}}") == "Public domain (PD-old-70)"


def test_deep_and_long_markup_ends() -> None:
    assert len(plain("{{" * 50_000)) <= 100_000
    assert plain("{{en|" * 19 + "x" + "}}" * 19) == "x"
    assert not is_marked("1920 < 1930, a {label}")
