"""The list of images: against sorting and filtering row by row."""

from typing import Any

import numpy as np
import pytest

from diffmine.atlas import schemas
from diffmine.atlas.filters import EVERYTHING, Filter, Sieve
from diffmine.atlas.listing import COLUMNS_SORTED, Listing
from diffmine.atlas.writer import Workspace, open_workspace
from tests.unit.app.make_atlas import make_atlas


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Images with and without records, of one label and of two."""
    folder = tmp_path_factory.mktemp("listed") / "shapes"
    atlas = make_atlas(folder)
    chance = np.random.default_rng(0)
    rows = atlas.table("images").to_pylist()
    for at, row in enumerate(rows):
        row["image"] = {"bytes": atlas.pictures.content(row["image_id"]), "path": None}
        row["creator"] = ["Zoe", "ann", "", None, "Émile"][int(chance.integers(5))]
        row["title"] = ["", "A house", "a Boat"][int(chance.integers(3))]
        row["date_first"] = [None, 1890 + int(chance.integers(30))][int(chance.integers(2))]
        row["date_last"] = row["date_first"]
        row["year"] = row["date_first"]
        if at % 7 == 0:
            row["labels"] = [row["label"], "1930"] if row["label"] != "1930" else ["1930"]
    atlas.write("images.parquet", rows, schemas.IMAGES)
    patches = [p for p in atlas.table("patches").to_pylist() if not p["image_id"].endswith("3.png")]
    atlas.write("patches.parquet", patches, schemas.PATCHES)
    return open_workspace(folder)


def value(atlas: Workspace, row: dict[str, Any], column: str) -> Any:
    if column == "image":
        return (row["title"] or row["image_id"]).lower()
    if column == "date":
        return row["date_first"]
    if column == "label":
        return atlas.labels.index(row["label"])
    if column == "typicality":
        every = atlas.table("patches").to_pylist()
        scores = [p["typicality"] for p in every if p["image_id"] == row["image_id"]]
        return max(scores, default=None)
    return (row[column] or "").lower() or None


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("column", COLUMNS_SORTED)
def test_images_come_in_the_order_of_a_column(atlas: Workspace, column: str, down: bool) -> None:
    listing = Listing(atlas, Sieve(atlas))
    order = listing.order(None, "", EVERYTHING, column, down)
    rows = atlas.table("images").to_pylist()
    assert sorted(order.tolist()) == list(range(len(rows)))
    values = [value(atlas, rows[at], column) for at in order.tolist()]
    known = [one for one in values if one is not None]
    assert values[: len(known)] == known, "what has no value comes last"
    assert known == sorted(known, reverse=down)


def test_words_label_and_filter_choose_the_images(atlas: Workspace) -> None:
    listing = Listing(atlas, Sieve(atlas))
    rows = atlas.table("images").to_pylist()

    def order(label: str | None, text: str, filter: Filter = EVERYTHING) -> list[int]:
        return sorted(listing.order(label, text, filter, "image", False).tolist())

    assert order("1930", "") == [
        at for at, row in enumerate(rows) if "1930" in (row["labels"] or [row["label"]])
    ]
    assert order(None, "HOUSE zoe") == [
        at for at, row in enumerate(rows) if row["title"] == "A house" and row["creator"] == "Zoe"
    ]
    assert order("1910", "house") == [
        at
        for at, row in enumerate(rows)
        if "house" in (row["title"] or "").lower() and row["label"] == "1910"
    ]
    years = Filter(since=1900, until=1910)
    assert order(None, "", years) == [
        at for at, row in enumerate(rows) if row["year"] and 1900 <= row["year"] <= 1910
    ]
    least = Filter(least=0.0195)
    assert order(None, "", least) == [
        at for at, row in enumerate(rows) if (value(atlas, row, "typicality") or -1) >= 0.0195
    ]
    assert order(None, "nowhere to be seen") == []


def test_the_best_patch_of_an_image_is_that_of_the_highest_score(atlas: Workspace) -> None:
    listing = Listing(atlas, Sieve(atlas))
    rows = atlas.table("images").to_pylist()
    every = atlas.table("patches").to_pylist()
    for row, place, score in zip(
        rows, listing.patches.tolist(), listing.best.tolist(), strict=True
    ):
        expected = value(atlas, row, "typicality")
        if expected is None:
            assert place == -1
            assert np.isnan(score)
        else:
            assert every[place]["image_id"] == row["image_id"]
            assert score == pytest.approx(expected)
