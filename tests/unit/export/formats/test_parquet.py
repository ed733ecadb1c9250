"""Parquet: the columns of the CSV and the crops, pixel for pixel."""

import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from diffmine.atlas.reader import Atlas
from diffmine.export import pictures
from diffmine.export.chosen import Chosen, entries
from diffmine.export.columns import COLUMNS, row
from diffmine.export.formats.parquet import as_parquet
from diffmine.export.order import Order


def test_a_parquet_holds_the_same_and_the_crops(atlas: Atlas, chosen: list[Chosen]) -> None:
    table = pq.read_table(pa.BufferReader(as_parquet(Order(atlas, chosen))))
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
    schema = pq.read_schema(pa.BufferReader(as_parquet(Order(atlas, chosen))))
    features = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
    assert list(features) == schema.names
    assert features["image"] == {"_type": "Image"}
    assert features["typicality"] == {"dtype": "float32", "_type": "Value"}


def test_pandas_reads_it(atlas: Atlas, chosen: list[Chosen]) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_parquet(io.BytesIO(as_parquet(Order(atlas, chosen))))
    assert frame["note"][0] == chosen[0].note
    assert frame["image"][0]["bytes"].startswith(b"\x89PNG")
