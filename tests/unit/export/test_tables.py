"""CSV and Parquet: the same columns, values that come back, no formula."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from diffmine.atlas.reader import Atlas
from diffmine.errors import AtlasError
from diffmine.export import pictures
from diffmine.export.chosen import Chosen, entries, listed
from diffmine.export.table import COLUMNS, as_csv, as_parquet, row


def test_a_csv_comes_back(atlas: Atlas, chosen: list[Chosen]) -> None:
    content = as_csv(atlas, chosen)
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
    rows = list(csv.reader(io.StringIO(as_csv(atlas, chosen).decode("utf-8-sig"))))
    numbers = {COLUMNS.index(name) for name in ("typicality", "se")}
    words = [cell for cells in rows for at, cell in enumerate(cells) if at not in numbers]
    assert not [cell for cell in words if cell[:1] in ("=", "+", "-", "@")]


def test_a_parquet_holds_the_same_and_the_crops(atlas: Atlas, chosen: list[Chosen]) -> None:
    table = pq.read_table(pa.BufferReader(as_parquet(atlas, chosen)))
    assert table.column_names == [*COLUMNS, "image"]
    for found, entry in zip(table.to_pylist(), entries(atlas, chosen), strict=True):
        image = found.pop("image")
        assert found == row(entry)
        crop = np.asarray(Image.open(io.BytesIO(image["bytes"])).convert("RGB"))
        whole = np.asarray(atlas.pictures.picture(entry.patch.image_id))
        patch = entry.patch
        window = np.s_[patch.row : patch.row + patch.size, patch.col : patch.col + patch.size]
        assert (crop == whole[window]).all()
        assert image["path"] == f"{pictures.name(patch)}.png"


def test_the_hub_knows_the_pictures(atlas: Atlas, chosen: list[Chosen]) -> None:
    schema = pq.read_schema(pa.BufferReader(as_parquet(atlas, chosen)))
    features = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
    assert list(features) == schema.names
    assert features["image"] == {"_type": "Image"}
    assert features["typicality"] == {"dtype": "float32", "_type": "Value"}


def test_pandas_reads_it(atlas: Atlas, chosen: list[Chosen]) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_parquet(io.BytesIO(as_parquet(atlas, chosen)))
    assert frame["note"][0] == chosen[0].note
    assert frame["image"][0]["bytes"].startswith(b"\x89PNG")


def test_what_is_chosen_keeps_its_order_and_what_is_unknown_is_named(atlas: Atlas) -> None:
    names = [patch.patch_id for patch in atlas.patches("1900", count=3)]
    again = [names[2], names[0], names[2]]
    found = entries(atlas, [Chosen(name) for name in again])
    assert [each.patch.patch_id for each in found] == again
    assert entries(atlas, []) == []
    with pytest.raises(AtlasError, match="no patch 'nobody'"):
        entries(atlas, [Chosen(names[0]), Chosen("nobody")])


def test_lists_of_labels(atlas: Atlas) -> None:
    assert len(listed(atlas, atlas.labels, "random")) == 120
    assert len(listed(atlas, atlas.labels[:2], "top", 5)) == 10
    assert listed(atlas, ["1900"], "least", 1)[0].patch_id == "1900-least-0001"


def test_names_that_people_gave_elements(atlas: Atlas) -> None:
    chosen = [Chosen("1900-top-0003")]
    assert entries(atlas, chosen)[0].element == "Element 1"
    atlas.manifest.names["1900/0"] = "Round"
    try:
        assert entries(atlas, chosen)[0].element == "Round"
    finally:
        atlas.manifest.names.clear()


def test_a_file_name_holds_nothing_of_the_patch(atlas: Atlas) -> None:
    patch = replace(atlas.patches("1900")[0], patch_id="../../etc/<x>")
    assert pictures.name(patch).isalnum()
