"""Tables whose bytes are broken are read as far as they go, or refused in a sentence."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from diffmine.data.tables import read_rows
from diffmine.data.tables.table import LIST, Table
from diffmine.errors import DataError

TEXT = 'file_name,label,year\n"a.png","one, two",1920\nb.png,Café,1930\nc.png,,\n'
LINES = '{"file_name": "a.png", "label": ["x", "y"]}\n{"file_name": "b.png", "year": 1.0}\n'


def parquet() -> bytes:
    sink = io.BytesIO()
    table = pa.table({"file_name": ["a", "b"], "label": [["x", "y"], None], "n": [b"1", b"2"]})
    pq.write_table(table, sink)
    return sink.getvalue()


WHOLE: dict[str, bytes] = {
    "t.csv": TEXT.encode(),
    "t.tsv": TEXT.replace(",", "\t").encode("utf-16"),
    "t.jsonl": LINES.encode(),
    "t.json": b'{"a.png": {"label": "x"}, "b.png": {"label": 2}}',
    "t.parquet": parquet(),
}
CHANGES = 200


@pytest.mark.parametrize("name", WHOLE)
def test_changed_bytes_never_end_in_another_error(tmp_path: Path, name: str) -> None:
    path, whole = tmp_path / name, np.frombuffer(WHOLE[name], np.uint8)
    draw = np.random.default_rng(0)
    outcomes = set()
    for number in range(CHANGES):
        changed = whole.copy()
        places = draw.integers(0, len(whole), 1 + number % 8)
        changed[places] = draw.integers(0, 256, len(places))
        path.write_bytes(changed[: draw.integers(1, len(whole) + 1)].tobytes())
        try:
            outcomes.add(type(read_rows(path)))
        except DataError as error:
            outcomes.add(type(error))
    assert outcomes <= {Table, DataError}


def test_lists_nulls_and_bytes_of_parquet(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_bytes(parquet())
    table = read_rows(tmp_path / "t.parquet")
    assert table.columns == ("file_name", "label")
    assert [row["label"] for row in table.rows] == [f"x{LIST}y", ""]


def test_columns_are_found_as_people_write_them(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("File Name,Finding Labels,label\na.png,x,y\n")
    table = read_rows(tmp_path / "t.csv")
    assert table.find("file_name") == "File Name"
    assert table.column("finding_labels") == "Finding Labels"
    assert table.find("none") is None
    with pytest.raises(DataError, match="no column 'x'; its columns are File Name, Finding Labels"):
        table.column("x")


def test_the_line_of_each_row_is_known(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('file_name,label\n\na.png,"x\ny"\nb.png,z\nc.png,1,2\n')
    table = read_rows(tmp_path / "t.csv")
    assert table.lines == (4, 5)
    assert table.refused == (
        ("t.csv, line 6", "it has 3 cells, the header 2; quote cells with a ','"),
    )
