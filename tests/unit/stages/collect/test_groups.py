"""How the table of images is cut into what is read at once, and what its footer says of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from diffmine.atlas.pictures import ROW_GROUP
from diffmine.stages.collect.run import grouped

ASSETS = Path(__file__).parents[4] / "assets"


@pytest.mark.parametrize(
    ("images", "size", "rows"),
    [
        (3_000, 3_000, ROW_GROUP),
        (1_000_000, 3_000, 1000),  # a thousand groups, so that the footer stays small
        (1_000_000, 8_000, 525),  # four megabytes
        (1_000_000, 100_000, ROW_GROUP),
    ],
)
def test_groups_are_larger_where_there_are_very_many_small_pictures(
    images: int, size: int, rows: int
) -> None:
    picture = bytes(size)

    def some() -> Iterator[dict]:
        for _ in range(2 * rows + 1):
            yield {"image": {"bytes": picture, "path": None}}

    assert [len(group) for group in grouped(some(), images)] == [rows, rows, 1]
