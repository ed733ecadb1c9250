"""CSV: values that come back, no formula."""

import csv
import io

import numpy as np

from diffmine.atlas.reader import Atlas
from diffmine.export.chosen import Chosen
from diffmine.export.columns import COLUMNS
from diffmine.export.formats.csv import as_csv
from diffmine.export.order import Order


def test_a_csv_comes_back(atlas: Atlas, chosen: list[Chosen]) -> None:
    content = as_csv(Order(atlas, chosen))
    assert content.startswith(b"\xef\xbb\xbfpatch_id,label,kind,rank")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    assert [each["label"] for each in rows[:4]] == ["1900", "1900", "'=SUM(A1)", "'=SUM(A1)"]
    assert rows[0]["note"] == "'" + chosen[0].note
    assert rows[1]["note"] == ""
    assert rows[6]["label"] == "Ж 年"
    assert {each["credit"] for each in rows} >= {"'=HYPERLINK(1)"}
    first = atlas.patch(chosen[0].patch_id)
    assert np.float32(rows[0]["typicality"]) == np.float32(first.typicality)
    assert rows[0]["typicality"] != str(first.typicality)  # the digits of a float32, no more


def test_no_cell_of_a_csv_is_a_formula(atlas: Atlas, chosen: list[Chosen]) -> None:
    rows = list(csv.reader(io.StringIO(as_csv(Order(atlas, chosen)).decode("utf-8-sig"))))
    numbers = {COLUMNS.index(name) for name in ("typicality", "se")}
    words = [cell for cells in rows for at, cell in enumerate(cells) if at not in numbers]
    assert not [cell for cell in words if cell[:1] in ("=", "+", "-", "@")]
