"""Rows on an image: the years that its date may mean, never the middle one as if it were known."""

from __future__ import annotations

import pytest

from diffmine.export.record import facts
from tests.unit.words.test_regions import PATCH, ROW


@pytest.mark.parametrize(
    ("date", "year", "first", "last", "told"),
    [
        ("fin du XVIIe siècle", 1682, 1666, 1699, ("years", "1666 to 1699")),
        ("c. 1890", 1890, 1890, 1890, ("year", "1890")),
        ("1890", 1890, 1890, 1890, None),
        ("after 1998", None, 1998, None, ("years", "1998 or later")),
        ("19th c., of a column of years", 1862, 1800, 1899, ("year", "1862")),
        ("-43", -43, -43, -43, ("year", "44 BC")),
        ("", 1955, None, None, ("year", "1955")),
        ("n.d.", None, None, None, None),
    ],
)
def test_years_are_those_that_the_date_may_mean(
    date: str,
    year: int | None,
    first: int | None,
    last: int | None,
    told: tuple[str, str] | None,
) -> None:
    record = ROW | {"date": date, "year": year, "date_first": first, "date_last": last}
    rows = [(name, text) for name, text, _ in facts(PATCH, record) if name in ("year", "years")]
    assert rows == ([told] if told else [])
