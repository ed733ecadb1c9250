"""What to see first in an atlas: chosen by what is sure, said with its bounds."""

from pathlib import Path
from typing import Any

import pytest

from diffmine.atlas import schemas
from diffmine.atlas.findings import changes, doubt
from diffmine.atlas.writer import open_workspace
from diffmine.words import findings as said
from tests.unit.app.make_atlas import LABELS, make_atlas

COURSES = {
    ("1930", 0): [0.02, 0.1, 0.5, 0.9],  # comes, in the end by 0.88
    ("1920", 1): [0.05, 0.1, 0.95, 0.9],  # comes by as much, but is not sure to
    ("1900", 2): [0.8, 0.4, 0.1, 0.05],  # goes
    ("1910", 1): [0.5, 0.6, 0.55, 0.5],  # stays
}
WIDE = {("1920", 1)}


def course(key: tuple[str, int], shares: list[float]) -> list[dict[str, Any]]:
    empty = dict.fromkeys(schemas.TRENDS.names)
    far = 0.45 if key in WIDE else 0.02
    return [
        empty
        | {"kind": "element", "label": key[0], "element": key[1], "target": target, "n": 30}
        | {"share": share, "low": share - far, "high": share + far}
        for target, share in zip(LABELS, shares, strict=True)
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    atlas = make_atlas(tmp_path / "shapes")
    rows = [row for key, shares in COURSES.items() for row in course(key, shares)]
    atlas.write("trends.parquet", rows, schemas.TRENDS)
    return tmp_path / "shapes"


def test_the_clearest_rise_and_the_clearest_fall(folder: Path) -> None:
    atlas = open_workspace(folder)
    comes, goes = changes(atlas)
    assert (comes.kind, comes.label, comes.element, comes.there.label) == (
        "comes",
        "1930",
        0,
        "1900",
    )
    assert (goes.kind, goes.label, goes.element, goes.there.label) == ("goes", "1900", 2, "1930")
    assert comes.patch_id == atlas.element("1930", 0, 1)[0].patch_id
    assert said.change_title(comes, "wheel") == "It comes: wheel of 1930"
    sentence = "2 % (0 to 4 %) of the images of 1900 show it, 90 % (88 to 92 %) of 1930."
    assert said.change(comes) == sentence
    sentence = "80 % (78 to 82 %) of the images of 1900 show it, 5 % (3 to 7 %) of 1930."
    assert said.change(goes) == sentence


def test_nothing_is_said_to_change_where_nothing_is_sure(folder: Path) -> None:
    atlas = open_workspace(folder)
    atlas.write("trends.parquet", course(("1920", 1), COURSES["1920", 1]), schemas.TRENDS)
    assert changes(open_workspace(folder)) == []


def test_labels_without_an_order_have_elements_of_their_own(tmp_path: Path) -> None:
    atlas = make_atlas(tmp_path / "shapes", kind="place")
    rows = [row for key, shares in COURSES.items() for row in course(key, shares)]
    atlas.write("trends.parquet", rows, schemas.TRENDS)
    first, second = changes(open_workspace(tmp_path / "shapes"))
    assert (first.kind, first.label, first.there.label) == ("own", "1930", "1920")
    assert (second.kind, second.label, second.there.label) == ("own", "1900", "1910")
    assert "of no other label more than 1920's 50 % (48 to 52 %)" in said.change(first)


def test_the_warning_farthest_above_what_is_expected(folder: Path) -> None:
    one = doubt(open_workspace(folder))
    assert one is not None
    flagged = open_workspace(folder).warnings(one.warning.label)
    assert one.warning in flagged
    assert one.warning.kind != "noise"
    assert said.doubt_title(one) == f"Look twice: {one.warning.label}"
    assert said.doubt(one).endswith(".")
    (folder / "warnings.parquet").unlink()
    assert doubt(open_workspace(folder)) is None
