"""Reading patches by row group is the whole table, and no more of it than is asked for."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from benchmarks.make_big_atlas import make
from diffmine.atlas import lists
from diffmine.atlas.editing import merge, split
from diffmine.atlas.lists import Lists
from diffmine.atlas.names import Names
from diffmine.atlas.reader import Atlas
from diffmine.atlas.writer import open_workspace
from diffmine.errors import AtlasError

GROUP = 64


@pytest.fixture
def atlas(tmp_path: Path) -> Atlas:
    """Six labels, 1,200 top patches, in row groups of 64."""
    made = make(tmp_path / "atlas", patches=1200, labels=6, dimensions=4)
    path = made.path / "patches.parquet"
    pq.write_table(pq.read_table(path), path, row_group_size=GROUP)
    return open_workspace(made.path)


def whole(atlas: Atlas, label: str, kind: str) -> pa.Table:
    table = pq.read_table(atlas.path / "patches.parquet")
    return table.filter(pc.and_(pc.equal(table["label"], label), pc.equal(table["kind"], kind)))


def test_a_list_is_the_rows_of_its_label_and_kind(atlas: Atlas) -> None:
    for label in atlas.labels:
        for kind in ("top", "least", "random"):
            assert atlas.rows(label, kind).equals(whole(atlas, label, kind))
            part = atlas.rows(label, kind, 30, 15)
            assert part.equals(whole(atlas, label, kind).slice(30, 15))
    assert atlas.rows("nowhere").num_rows == atlas.count("nowhere") == 0
    assert atlas.rows("Place 1", "top", 5000, 3).num_rows == 0


def test_rows_come_in_the_order_asked_for(atlas: Atlas) -> None:
    table = pq.read_table(atlas.path / "patches.parquet")
    rows = np.random.default_rng(0).integers(0, len(table), 200)
    assert atlas.lists.take(rows).equals(table.take(pa.array(rows)))
    names = table["patch_id"].take(pa.array(rows)).to_pylist()
    assert [each.patch_id for each in atlas.patches_at(rows)] == names
    assert [each.patch_id for each in atlas.named(["", *names[:3], "no"])] == names[:3]


def test_a_label_reads_no_other_row_groups(atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    original = pq.ParquetFile.read_row_group

    def noted(self: pq.ParquetFile, group: int, **how: object) -> pa.Table:
        read.append(group)
        return original(self, group, **how)

    first, last = atlas.bounds("Place 4")
    monkeypatch.setattr(pq.ParquetFile, "read_row_group", noted)
    assert len(atlas.patches("Place 4")) == 200
    assert read == list(range(first // GROUP, (last - 1) // GROUP + 1))
    atlas.patches("Place 4", count=100)
    assert len(read) == len(set(read))


def test_what_is_kept_is_bounded(atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "_KEPT_BYTES", 30_000)
    opened = Lists(atlas.path / "patches.parquet")
    table = opened.read(0, len(opened))
    assert table.num_rows == len(opened) == 1800
    kept = sum(each.nbytes for each in opened._groups._kept.values())
    assert 0 < kept <= 30_000


def test_edits_are_in_the_rows_of_a_list(atlas: Atlas) -> None:
    merge(atlas, "Place 2", 3, 0)
    split(atlas, "Place 5", 1)
    edited = atlas.table("patches")
    assert edited != pq.read_table(atlas.path / "patches.parquet")
    for label in atlas.labels:
        first, last = atlas.bounds(label)
        assert atlas.rows(label).equals(edited.slice(first, last - first))
    rows = np.random.default_rng(1).integers(0, len(edited), 50)
    want = edited.take(pa.array(rows)).to_pylist()
    found = atlas.patches_at(rows)
    assert [each.element for each in found] == [row["element"] for row in want]
    assert [each.distance for each in found] == [row["distance"] for row in want]


def test_a_file_that_changed_is_opened_anew(atlas: Atlas) -> None:
    assert atlas.count("Place 1") == 200
    path = atlas.path / "patches.parquet"
    atlas.write("patches.parquet", pq.read_table(path).slice(10), pq.read_schema(path))
    assert atlas.count("Place 1") == 190


def test_a_broken_file_is_one_clear_error(atlas: Atlas) -> None:
    path = atlas.path / "patches.parquet"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(AtlasError, match=r"patches\.parquet is broken .* run diffmine build again"):
        open_workspace(atlas.path).count("Place 1")


def test_names_are_found_where_they_are() -> None:
    names = Names(pa.chunked_array([["a", "b"], ["c"]]))
    assert [names.row(each) for each in ("c", "a", "z")] == [2, 0, None]
    assert names.rows(["z", "b", "b", "a"]).tolist() == [-1, 1, 1, 0]
    assert (len(names), names[1]) == (3, "b")
    assert Names(pa.chunked_array([], pa.string())).rows(["a"]).tolist() == [-1]


def test_names_are_found_by_their_index_as_by_comparing_them() -> None:
    """Of many that are asked for the first are compared with all, the others looked up."""
    chance = np.random.default_rng(0)
    column = [f"name {number}" for number in chance.integers(0, 300, 500)]
    names = Names(pa.chunked_array([column[:123], column[123:]]))
    for name in [f"name {number}" for number in range(310)]:
        right = tuple(row for row, other in enumerate(column) if other == name)
        assert names.places(name) == right
        assert names.row(name) == (right[0] if right else None)
        assert (name in names) == bool(right)
