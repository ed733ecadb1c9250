"""Row groups: rows are those of the files, and what is kept is bounded, for threads alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from diffmine.atlas.rowgroups import RowGroups
from diffmine.errors import AtlasError


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """Twenty files of 30 rows in groups of 7: more than stay open."""
    paths = []
    for file in range(20):
        rows = np.arange(30) + 100 * file
        table = pa.table({"number": rows, "text": [f"row {row}" * 50 for row in rows]})
        paths.append(tmp_path / f"{file:02d}.parquet")
        pq.write_table(table, paths[-1], row_group_size=7)
    return paths


def test_rows_are_those_of_the_files_whoever_asks(paths: list[Path]) -> None:
    groups = RowGroups(paths, ["number", "not there"], most=1_000)
    assert groups.starts(3) == [0, 7, 14, 21, 28, 30]
    places = [(file, row) for file in range(20) for row in range(30)] * 3
    np.random.default_rng(0).shuffle(places)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda place: groups.row(place[1], place[0]), places))
    assert found == [{"number": 100 * file + row} for file, row in places]


def test_what_is_kept_is_bounded_and_used(paths: list[Path]) -> None:
    groups = RowGroups(paths, None, most=10_000)
    first = groups.group(0, 0)
    assert groups.group(0, 0) is first
    for file in range(20):
        for number in range(5):
            groups.group(number, file)
    assert sum(table.nbytes for table in groups._kept.values()) <= 10_000
    assert len(groups._open) <= 16


def test_a_row_or_a_file_that_is_not_there_is_said(paths: list[Path]) -> None:
    groups = RowGroups(paths, None, most=10_000)
    with pytest.raises(AtlasError, match="has no row 30"):
        groups.row(30)
    paths[1].write_bytes(b"no Parquet")
    with pytest.raises(AtlasError, match="is broken"):
        groups.row(0, 1)
