"""Chosen patches as CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from typing import Any

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
        writer.writerow([cell(_known(plain(value))) for value in row(entry).values()])
    return out.getvalue().encode("utf-8-sig")


def _known(value: Any) -> Any:
    """A number that is none, as an error that is not known, is an empty cell."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def files(order: Order) -> Iterator[File]:
    """The one file."""
    yield f"{order.name}.csv", as_csv(order)


FORMAT = Format("CSV", "a table for spreadsheets", "csv", files, quick=True)
