"""The filter by years: a date counts with all the years that it may mean."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from diffmine.atlas import schemas
from diffmine.atlas.filters import Filter, Sieve
from diffmine.atlas.reader import open_atlas
from tests.unit.app.make_atlas import make_atlas

DATES: list[tuple[int | None, int | None, int | None]] = [
    (1950, 1959, 1955),  # of the 1950s
    (1953, 1953, 1953),
    (None, 1949, None),  # 1949 or before
    (1961, None, None),  # 1961 or after
    (None, None, None),  # undated
    (None, None, 1957),  # an older atlas knows a year alone
    (-20, 30, 5),
]
"""First and last year, and the year."""


@pytest.fixture
def sieve(tmp_path: Path) -> Sieve:
    make_atlas(tmp_path / "atlas")
    path = tmp_path / "atlas" / "images.parquet"
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    for row, (first, last, year) in zip(rows, DATES, strict=False):
        row |= {"date_first": first, "date_last": last, "year": year}
    for row in rows[len(DATES) :]:
        row |= {"date_first": None, "date_last": None, "year": None}
    table = pq.read_table(path).from_pylist(rows, schemas.IMAGES)
    pq.write_table(table, path)
    return Sieve(open_atlas(tmp_path / "atlas"))


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (1950, 1950, [0]),
        (1953, 1955, [0, 1]),
        (1957, 1970, [0, 3, 5]),
        (None, 1949, [2, 6]),
        (1945, 1949, [2]),
        (1960, None, [3]),
        (None, -5, [2, 6]),
        (None, None, None),
    ],
)
def test_a_date_passes_where_it_meets_the_years(
    sieve: Sieve, since: int | None, until: int | None, expected: list[int] | None
) -> None:
    count = len(sieve.atlas.table("images"))
    passes = sieve.images(Filter(since=since, until=until), np.zeros(count))
    assert np.flatnonzero(passes).tolist() == (list(range(count)) if expected is None else expected)


def test_the_years_offered_are_those_of_all_dates(sieve: Sieve) -> None:
    assert sieve.years == (-20, 1961)


def test_patches_pass_with_their_images(sieve: Sieve) -> None:
    patches = sieve.patches("1900", "top", Filter(since=1950, until=1952), 0, 100)
    assert patches
    assert {patch.image_id for patch in patches} == {"1900/00.png"}
