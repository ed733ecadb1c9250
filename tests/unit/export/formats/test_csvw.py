"""CSV on the Web: the description names the columns of the CSV beside it, and what they mean."""

import csv
import io
import json

from diffmine.atlas.reader import Atlas
from diffmine.export.chosen import Chosen
from diffmine.export.formats import csvw
from diffmine.export.formats.csv import as_csv
from diffmine.export.order import Order

READ = {"string": str, "integer": int, "float": float}


def test_the_description_fits_the_csv(atlas: Atlas, chosen: list[Chosen]) -> None:
    order = Order(atlas, chosen, "mine")
    (name, table), (about, content) = csvw.files(order)
    assert (name, about) == ("mine.csv", "mine.csv-metadata.json")
    assert table == as_csv(order)
    told = json.loads(content)
    assert told["@context"][0] == "http://www.w3.org/ns/csvw"
    assert told["url"] == name
    assert told["dc:license"] == "https://creativecommons.org/publicdomain/zero/1.0/"
    columns = {each["titles"]: each for each in told["tableSchema"]["columns"]}
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    assert list(columns) == list(rows[0])
    assert all(each["dc:description"] for each in columns.values())
    for row in rows:
        for column, cell in row.items():
            kind = columns[column]["datatype"]
            if isinstance(kind, dict):
                assert cell in kind["format"].split("|")
            elif cell:
                READ[kind](cell)
