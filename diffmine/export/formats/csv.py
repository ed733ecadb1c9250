"""Chosen patches as CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from diffmine.export.chosen import entries
from diffmine.export.columns import COLUMNS, plain, row
from diffmine.export.order import File, Format, Order
from diffmine.words.records import cell


def as_csv(order: Order) -> bytes:
    """CSV in UTF-8 with a byte order mark, as spreadsheets want it; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for entry in entries(order.atlas, order.chosen):
        writer.writerow([cell(plain(value)) for value in row(entry).values()])
    return out.getvalue().encode("utf-8-sig")


def files(order: Order) -> Iterator[File]:
    """The one file."""
    yield f"{order.name}.csv", as_csv(order)


FORMAT = Format("CSV", "a table for spreadsheets", "csv", files, quick=True)
