"""docs/dates.md says what the code does, row by row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from diffmine.data.dates.bins import Centuries, Widths, labels_of
from diffmine.data.dates.column import read_dates
from diffmine.data.dates.date import Date, NoDate
from diffmine.data.dates.periods import read_periods
from diffmine.data.dates.read import read_date

PAGE = (Path(__file__).parents[3] / "docs" / "dates.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_page_has_its_tables() -> None:
    assert len(rows("What is read as what")) > 30
    assert len(rows("What is refused")) > 10


@pytest.mark.parametrize(("written", "meaning"), rows("What is read as what"))
def test_a_row_is_read_as_it_says(written: str, meaning: str) -> None:
    for text in re.findall(r"`([^`]+)`", written):
        phrase = read_dates([text])[text]
        assert isinstance(phrase.date, Date), text
        assert phrase.meaning == meaning, text


@pytest.mark.parametrize(("written", "reason"), rows("What is refused"))
def test_a_row_is_refused_as_it_says(written: str, reason: str) -> None:
    for text in re.findall(r"`([^`]+)`", written):
        date = read_date(text)
        assert isinstance(date, NoDate), text
        assert reason in date.reason, text
        assert date.undated == ("no date" in reason and "has it" not in reason)


def test_labels_are_as_the_page_says() -> None:
    bins = (Widths(1), Widths(5), Widths(10), Centuries())
    for (_, *labels), one in zip(rows("Labels from dates"), bins, strict=True):
        for text, label in zip(("1923", "44 BC"), labels, strict=True):
            date = read_date(text)
            assert isinstance(date, Date)
            assert labels_of(date, one, "refuse").labels == (label,)


def test_the_table_of_periods_is_one(tmp_path: Path) -> None:
    block = re.search(r"```\n(name,from,to\n.*?)```", PAGE, re.DOTALL)
    assert block
    (tmp_path / "periods.csv").write_text(block[1])
    assert len(read_periods(tmp_path / "periods.csv").bins) == 3
