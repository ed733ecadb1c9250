"""The points of the map: where they lie, how they are coloured, their crops."""

import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from diffmine.app.cache import served
from diffmine.app.shelf import Shelf
from diffmine.app.tabs.map.points import coded, crops, inside, points
from diffmine.atlas.writer import open_workspace


def test_inside_follows_the_even_odd_rule() -> None:
    xy = np.array([[-0.5, 0.5], [2, 2], [0.9, -0.5], [0.5, 0]], np.float32)
    triangle = np.array([[-1, -1], [1, -1], [1, 1]], float)
    assert inside(xy, triangle).tolist() == [False, False, True, True]


def test_points_know_their_colours(shelf: Shelf) -> None:
    one, every = points(shelf, "1900"), points(shelf, None)
    assert (len(one), len(every)) == (120, 480)
    codes, groups, shades, _ = coded(shelf, one, "1900", "elements")
    assert groups is not None
    assert [group["count"] for group in groups] == [40, 40, 40]
    assert len(shades) == 3
    assert codes.dtype == np.uint8
    _, groups, shades, _ = coded(shelf, every, None, "labels")
    assert groups is not None
    assert [group["name"] for group in groups] == shelf.labels
    _, groups, _, ends = coded(shelf, one, "1900", "typicality")
    assert groups is None
    assert len(ends) == 2


def test_a_label_has_a_layout_of_its_own(shelf: Shelf) -> None:
    one, every = points(shelf, "1900"), points(shelf, None)
    among_all = every.xy[[every.at(row) for row in one.rows.tolist()]]
    assert np.array_equal(one.xy, among_all[:, ::-1])


def test_an_older_atlas_and_patches_of_no_element(folder: Path, tmp_path: Path) -> None:
    """The old layout is taken, and a patch that belongs to nothing keeps its place and colour."""
    copy = shutil.copytree(folder, tmp_path / "older")
    table = pq.read_table(copy / "patches.parquet").drop_columns(["own_x", "own_y"])
    lone = [row | {"element": row["element"] or None} for row in table.to_pylist()]
    pq.write_table(pa.Table.from_pylist(lone, table.schema), copy / "patches.parquet")
    shelf = Shelf("older", open_workspace(copy), served())
    one, every = points(shelf, "1900"), points(shelf, None)
    assert np.array_equal(one.xy, every.xy[[every.at(row) for row in one.rows.tolist()]])
    _, groups, _, _ = coded(shelf, one, "1900", "elements")
    assert groups is not None
    assert (groups[-1]["name"], groups[-1]["count"]) == ("no element", 40)
    assert len(shelf.similar(one.patches(shelf, [0])[0].patch_id)) == 24


def test_crops_travel_as_one_sheet(shelf: Shelf) -> None:
    sheet = crops(shelf, points(shelf, "1900"), [5, 1])
    assert sheet["src"].startswith("data:image/png;base64,")
    assert len(sheet["texts"]) == 2


def test_no_points_make_no_map(shelf: Shelf) -> None:
    found = points(shelf, "no such label")
    assert len(found) == 0
    assert coded(shelf, found, "1900", "typicality")[0].shape == (0,)
