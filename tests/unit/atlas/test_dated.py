"""When images are from: intervals, open ends, older atlases with a year alone."""

from pathlib import Path
from typing import Any

import numpy as np

from diffmine.atlas import schemas
from diffmine.atlas.dated import dated
from diffmine.atlas.manifest import Manifest
from diffmine.atlas.writer import create_workspace

ROWS: list[dict[str, Any]] = [
    {"date_first": 1950, "date_last": 1959, "year": 1954, "group": "a"},
    {"date_first": None, "date_last": 1920, "year": None, "group": "a"},
    {"date_first": 1918, "date_last": None, "year": None, "group": ""},
    {"date_first": None, "date_last": None, "year": 1957, "group": ""},
    {"date_first": None, "date_last": None, "year": None, "group": "b"},
    {"date_first": -43, "date_last": -43, "year": -43, "group": "b"},
]


def test_dates_are_intervals_and_images_without_a_group_are_alone(tmp_path: Path) -> None:
    atlas = create_workspace(tmp_path / "atlas", Manifest(title="t", labels=["x"]))
    rows = [{"image_id": f"{at}.png", "label": "x", **row} for at, row in enumerate(ROWS)]
    atlas.write("images.parquet", rows, schemas.IMAGES)
    result = dated(atlas)
    np.testing.assert_array_equal(result.first, [1950, np.nan, 1918, 1957, np.nan, -43])
    np.testing.assert_array_equal(result.last, [1959, 1920, np.nan, 1957, np.nan, -43])
    assert (result.undated, result.open) == (1, 2)
    assert result.spans().tolist() == [[1950, 1959], [1957, 1957], [-43, -43]]
    group = result.group.tolist()
    assert group[0] == group[1]
    assert group[4] == group[5]
    assert len(set(group)) == 4
