"""What is known of a data set as one table (CSV): a row a label, a text of a date, a refused file,
an image of a set of near-duplicates, a thing that goes with the labels."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from diffmine.data.files import printable
from diffmine.pipeline.info.summary import Summary
from diffmine.words.confounds import going
from diffmine.words.records import cell as quoted

COLUMNS = ("about", "name", "count", "became", "why")


def table(summary: Summary) -> str:
    """The text of the file; what a spreadsheet would run is quoted."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in _rows(summary):
        writer.writerow([quoted(printable(str(cell))) for cell in row])
    return text.getvalue()


def _rows(summary: Summary) -> Iterator[tuple[object, ...]]:
    for row in summary.labels:
        yield "label", row.label, row.images, "", ""
    for one in summary.phrases:
        became = f"{one.years}: {', '.join(one.became)}" if one.became else one.years
        yield "date", one.text, one.count, became, one.reason
    for name, reason in summary.refused:
        yield "refused", name, 1, "", reason
    for number, alike in enumerate(summary.alike, start=1):
        for name, label in zip(alike.images, alike.labels, strict=True):
            yield "near-duplicate", name, len(alike.images), f"set {number}", label
    for suspect in summary.suspects.list:
        sentence = going(suspect.name, suspect.column, suspect.label, suspect.association, True)
        yield "confound", suspect.name, "", "strong" if suspect.strong else "weak", sentence
