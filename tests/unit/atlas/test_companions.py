"""What stands beside a film: the others of its patient, and whether they are earlier or later."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from diffmine.atlas.companions import beside_of
from diffmine.atlas.reader import Atlas


class Images(Atlas):
    """An atlas that holds images of one patient alone, by their years."""

    def __init__(self, years: dict[str, tuple[int | None, int | None]]) -> None:
        self.rows: list[dict[str, Any]] = [
            {"image_id": name, "group": "p", "date_first": first, "date_last": last, "year": None}
            for name, (first, last) in years.items()
        ]

    def image(self, image_id: str) -> dict[str, Any]:
        return next(row for row in self.rows if row["image_id"] == image_id)

    def table(self, name: str, columns: Any = None) -> pa.Table:
        assert name == "images"
        return pa.Table.from_pylist(self.rows)


@pytest.mark.parametrize(
    ("own", "others"),
    [
        ("b", [("a", -1), ("c", 1), ("span", 0), ("none", 0)]),
        ("c", [("a", -1), ("b", -1), ("span", 0), ("none", 0)]),
        ("none", [("a", 0), ("b", 0), ("c", 0), ("span", 0)]),
    ],
)
def test_films_are_ordered_by_date_and_said_to_be_earlier_only_where_they_are(
    own: str, others: list[tuple[str, int]]
) -> None:
    years = {"c": (2003, 2003), "none": (None, None), "span": (2001, 2010), "a": (1999, 1999),
             "b": (2001, 2001)}  # fmt: skip
    beside = {row["image_id"]: after for row, after in beside_of(Images(years), own)}
    assert beside == dict(others)
    known = [name for name in beside if name in ("a", "b", "c")]
    assert known == sorted(known)
    assert list(beside)[-1] == "none" or own == "none"
