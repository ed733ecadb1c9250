"""Columns of dates."""

from __future__ import annotations

import pytest

from diffmine.data.dates.column import read_dates


def test_each_text_once_with_its_count_and_meaning() -> None:
    column = read_dates(
        ["1920", "c. 1920s?", "1920", "n.d.", "44 BC", "vor 1900", "ab 1900", "Fiat 500"]
    )
    assert [(one.text, one.count, one.meaning) for one in column.values()] == [
        ("1920", 2, "1920"),
        ("c. 1920s?", 1, "1920 to 1929, about, uncertain"),
        ("n.d.", 1, "it says that it has no date"),
        ("44 BC", 1, "44 BC"),
        ("vor 1900", 1, "1900 or before"),
        ("ab 1900", 1, "1900 or later"),
        ("Fiat 500", 1, "'fiat' is no word of a date"),
    ]


@pytest.mark.parametrize(
    ("others", "meaning"),
    [
        ((), "1910 to 1911, uncertain"),
        (("1920-05",), "1910"),
        (("1920-25",), "1910 to 1911"),
        (("1920-05", "1920-25"), "1910 to 1911, uncertain"),
        (("1908-12",), "1910 to 1911, uncertain"),
    ],
)
def test_a_column_says_whether_it_writes_months(others: tuple[str, ...], meaning: str) -> None:
    assert read_dates(["1910-11", *others])["1910-11"].meaning == meaning
