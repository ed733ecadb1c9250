"""Dates as they are written, in seven languages: what is read, and what must be refused."""

from __future__ import annotations

import csv
import doctest
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffmine.data.dates import read, texts
from diffmine.data.dates.date import Date, NoDate
from diffmine.data.dates.read import LONGEST, read_date

HERE = Path(__file__).parent


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


PHRASES = rows("phrases.csv")
REFUSED = rows("refused.csv")
LANGUAGES = ("any", "en", "de", "fr", "it", "es", "nl", "sv")


def told(date: Date | NoDate) -> tuple[str, str]:
    """What stands in the columns edtf and precision of phrases.csv, or the reason."""
    if isinstance(date, Date):
        return date.edtf, date.precision
    return ("", "undated") if date.undated else ("refused", date.reason)


def test_the_tables_are_as_large_as_they_should_be() -> None:
    assert {row["language"] for row in PHRASES} == set(LANGUAGES)
    assert len({row["phrase"] for row in PHRASES}) == len(PHRASES) > 600
    assert len({row["phrase"] for row in REFUSED}) == len(REFUSED) > 140


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_are_read_as_they_are_meant(language: str) -> None:
    wrong = [
        (row["phrase"], got, wanted)
        for row in PHRASES
        if row["language"] == language
        and (got := told(read_date(row["phrase"]))) != (wanted := (row["edtf"], row["precision"]))
    ]
    assert not wrong


def test_phrases_that_are_no_dates_are_refused_in_words() -> None:
    wrong = [
        (row["phrase"], got)
        for row in REFUSED
        if (got := told(read_date(row["phrase"]))) != ("refused", row["reason"])
    ]
    assert not wrong


@pytest.mark.parametrize("change", ["upper", "title", "NFD", "spaces", "no accents"])
def test_case_accents_and_spaces_do_not_matter(change: str) -> None:
    changes = {
        "upper": str.upper,
        "title": str.title,
        "NFD": lambda text: unicodedata.normalize("NFD", text),
        "spaces": lambda text: "  " + text.replace(" ", "\u00a0 ") + "\n",
        "no accents": lambda text: "".join(
            one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one)
        ),
    }
    wrong = [
        (written, got)
        for row in PHRASES[:: 3 if change == "upper" else 6]
        if (got := told(read_date(written := changes[change](row["phrase"]))))
        != (row["edtf"], row["precision"])
    ]
    assert not wrong


def test_what_was_read_is_read_again_from_its_edtf() -> None:
    for row in PHRASES:
        if "/" in row["edtf"]:
            assert told(read_date(row["edtf"]))[0] == row["edtf"]
    for text in ("1234/5678", "1910/1905", "../..", "1920/..~x"):
        assert isinstance(read_date(text), NoDate)


def test_the_text_is_kept_as_it_was_written() -> None:
    for text in ("  Ca. 1920 ", "Springfield, 1920", "n.d.", "Fiat 500"):
        assert read_date(text).text == text


def test_beside_can_be_forbidden() -> None:
    assert isinstance(read_date("Springfield, 1920"), Date)
    assert isinstance(read_date("Springfield, 1920", beside=False), NoDate)


@pytest.mark.parametrize(
    ("months", "edtf", "precision"),
    [(None, "1910?/1911?", "year"), (True, "1910", "month"), (False, "1910/1911", "year")],
)
def test_a_month_or_a_second_year(months: bool | None, edtf: str, precision: str) -> None:
    assert told(read_date("1910-11", months)) == (edtf, precision)
    assert told(read_date("1920-05", months)) == ("1920", "month")
    assert told(read_date("1910/11", months)) == ("1910/1911", "year")


def test_empty_and_program_written_nothing_is_undated() -> None:
    empty = read_date("  ")
    assert isinstance(empty, NoDate)
    assert (empty.undated, empty.reason) == (True, texts.EMPTY)
    for text in (
        "0000-00-00",
        "0001-01-01T00:00:00",
        "9999-12-31",
        "1/1/0001",
        "null",
        "NaN",
        "--",
    ):
        assert told(read_date(text)) == ("", "undated"), text


def test_the_example_runs() -> None:
    assert doctest.testmod(read).failed == 0


def test_a_long_text_is_refused_without_being_looked_at() -> None:
    date = read_date("1920, " * LONGEST)
    assert isinstance(date, NoDate)
    assert date.reason == texts.LONG


@settings(max_examples=60, deadline=None)
@given(st.integers(1000, 2099), st.integers(0, 1100), st.sampled_from(["-", "–", " bis ", " to "]))
def test_every_range_of_years_is_itself_or_runs_backwards(year: int, more: int, dash: str) -> None:
    date = read_date(f"{year}{dash}{year + more}")
    if year + more > 2099:
        assert isinstance(date, NoDate)
    else:
        assert isinstance(date, Date)
        assert (date.first, date.last) == (year, year + more)
    assert more == 0 or isinstance(read_date(f"{year + more}{dash}{year}"), NoDate)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9).filter(lambda number: not 1000 <= number <= 2099))
def test_numbers_that_are_no_years_are_refused(number: int) -> None:
    date = read_date(str(number))
    packed = len(str(number)) == 8 and isinstance(date, Date) and date.precision == "day"
    assert isinstance(date, NoDate) or packed


WORDS = sorted({word for row in PHRASES for word in row["phrase"].split()})


TEXTS = st.one_of(
    st.text(max_size=30),
    st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join),
    st.text("0123456789-–/.,?~()[] xivc", max_size=14),
)


def is_date_or_reason(text: str) -> None:
    date = read_date(text)
    if isinstance(date, NoDate):
        assert date.reason
    else:
        assert date.first is not None or date.last is not None
        assert date.first is None or date.last is None or date.first <= date.last <= 2099


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_any_text_is_a_date_or_a_reason(text: str) -> None:
    is_date_or_reason(text)


@pytest.mark.slow
@settings(max_examples=3_000, deadline=None)
@given(TEXTS)
def test_very_many_texts_are_dates_or_reasons(text: str) -> None:
    is_date_or_reason(text)
