"""Rows of a table as labelled pictures: several rows of one picture become its several labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from diffmine.data.bins import bins_of, date_facts, year_of
from diffmine.data.dates.order import in_order
from diffmine.data.labels import LONGEST, cut, normal, wholes
from diffmine.data.names import Files, Finder
from diffmine.data.records import Dataset, Record
from diffmine.data.sources.base import Columns
from diffmine.data.sources.beside import picture_column
from diffmine.data.sources.facts import DATED, FACTS, fact_columns, facts_of, year_column
from diffmine.data.sources.headings import CONFOUNDS
from diffmine.data.tables.table import LIST, Row, Table, folded
from diffmine.data.wikitext import is_marked, plain
from diffmine.errors import DataError

_BETWEEN = (LIST, "|", ";", "^^", ",")
"""What stands between the names of several pictures in a cell."""
FOLDERS = ", or take folders as labels by --source folder"
_LABEL = ""
"""Stands for the column of labels, of which values are looked up."""
_CONFOUNDS = (
    "archive", "camera", "collection", "collector", "device", "hospital", "institution", "library",
    "machine", "manufacturer", "museum", "photographer", "projection", "provider", "scanner",
    "site", "source", "studio", "technique", "view", "view position", "vendor",
)  # fmt: skip
"""Columns of which it is looked whether they tell the label."""


def dataset_of(
    table: Table, folder: Path, columns: Columns, files: Finder | None = None, picture: str = ""
) -> Dataset:
    """The pictures that a table names inside `folder`, with their labels; rows that cannot be used
    are refused with a reason. `files` are others than those of the folder, `picture` the column of
    their names. Raises DataError for a column that is asked for and not there."""
    files = files or Files(folder)
    table = _worded(table, picture)
    rows = Rows.of(table, files, columns, picture)
    refused = list(table.refused)
    by_name: dict[str, list[Record]] = {}
    for row in table.rows:
        for own in _alone(row, rows.picture, files):
            record = rows.record(own)
            if isinstance(record, Record):
                by_name.setdefault(record.image_id, []).append(record)
            else:
                refused.append(record)
    records: list[Record] = []
    for name in sorted(by_name):
        joined = _joined(by_name[name])
        if isinstance(joined, str):
            refused.append((name, joined))
        else:
            records.append(joined)
    labels = in_order({label for record in records for label in record.labels})
    dates = tuple(Counter(rows.dates(table)).items())
    return Dataset(
        folder,
        tuple(records),
        labels,
        tuple(refused),
        table.notes,
        dates=dates,
        columns=tuple((name, rows.meaning(name)) for name in table.columns),
    )


def _worded(table: Table, picture: str) -> Table:
    """A table without the markup of a wiki in its cells."""
    if not any(map(is_marked, (cell for row in table.rows for cell in row.values()))):
        return table
    return replace(
        table,
        rows=tuple(
            {
                name: plain(cell) if name != picture and is_marked(cell) else cell
                for name, cell in row.items()
            }
            for row in table.rows
        ),
    )


def _alone(row: Row, picture: str, files: Finder) -> list[Row]:
    """A row for each picture of one that names several, with a sign between them."""
    cell = row.get(picture, "")
    signs = [sign for sign in _BETWEEN if sign in cell]
    several = cell.count("://") > 1
    if not signs or not (several or isinstance(files.find(cell), str)):
        return [row]
    for sign in signs:
        names = [name for part in cell.split(sign) if (name := part.strip())]
        if len(names) > 1 and (sign == LIST or any(_is_there(files, name) for name in names)):
            return [{**row, picture: name} for name in names]
    return [row]


def _is_there(files: Finder, name: str) -> bool:
    return not isinstance(files.find(name), str)


@dataclass(frozen=True)
class Rows:
    """How the rows of one table are read: its columns, and labels, groups and numbers by what is
    written."""

    files: Finder
    columns: Columns
    picture: str
    label: str
    labels: str = ""
    group: str = ""
    year: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    plain: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    also: tuple[str, ...] = ()

    @classmethod
    def of(cls, table: Table, files: Finder, columns: Columns, picture: str = "") -> Rows:
        """For a table of pictures; `picture` is the column of their names, if that is known."""
        label = table.column(columns.label) if columns.label else _label(table, bool(picture))
        picture = picture or picture_column(table, files)
        group = table.column(columns.group) if columns.group else table.group
        facts = fact_columns(table)
        year = table.find("year", "date") or (label if columns.bins else year_column(table) or "")
        if year == label and columns.bins:
            facts["date"] = label  # no other column says it better
        plain = {
            column: wholes(row.get(column, "") for row in table.rows)
            for column in {group, year} - {""}
        }
        cells = (cut(row.get(label, ""), columns.separator) for row in table.rows)
        plain[_LABEL] = wholes(value for cell in cells for value in cell)
        several = table.column(columns.labels) if columns.labels else ""
        asked = [table.column(name) for name in columns.confounds]
        names = {folded(name) for name in (*_CONFOUNDS, *CONFOUNDS)}
        known = [column for column in table.columns if folded(column) in names]
        used = {picture, label, several, group}
        also = tuple(c for c in dict.fromkeys([*asked, *known]) if c in asked or c not in used)
        return cls(files, columns, picture, label, several, group, year, facts, plain, also)

    def dates(self, table: Table) -> Iterator[str]:
        """The texts that are read as dates: those of the labels where these are made of dates, else
        those of the column of years."""
        for row in table.rows:
            if self.columns.bins:
                cell = cut(row.get(self.label, ""), self.columns.separator)
                yield from (self.plain[_LABEL][part] for part in cell)
            elif self.year and (text := self._plain(self.year, row)):
                yield text

    def meaning(self, column: str) -> str:
        """What a column is read as, of several the first; empty: it is not read."""
        known = {self.picture: "picture", self.label: "label", self.labels: "labels"}
        known |= {self.group: "group"} if self.group not in known else {}
        known |= {one: name for name, one in self.facts.items() if one not in known}
        known |= {self.year: "date"} if self.year not in known else {}
        return known.get(column, "possible confound" if column in self.also else "")

    def record(self, row: Row) -> Record | tuple[str, str]:
        """The picture of a row, or what it names and the reason why it is refused."""
        name = row.get(self.picture, "").strip()
        place = self.files.find(name)
        if isinstance(place, str):
            return name, place
        labels = self._labels(row)
        if isinstance(labels, str):
            return place[0], labels
        facts: dict[str, Any] = facts_of(row, self.facts)
        written = date_facts(facts.get("date") or self._plain(self.year, row))
        facts |= written
        if self.year:
            facts["year"] = year_of(self._plain(self.year, row))
        facts["group"] = self._plain(self.group, row)
        facts["also"] = tuple((c.strip(), normal(row.get(c, ""))) for c in self.also)
        return Record(place[0], labels[0], place[1], labels=labels, **facts)

    def _plain(self, column: str, row: Row) -> str:
        return self.plain[column][row.get(column, "")] if column else ""

    def _labels(self, row: Row) -> tuple[str, ...] | str:
        """All labels of a row, its own first, or why it has none."""
        separator = self.columns.separator
        own = [self.plain[_LABEL][part] for part in cut(row.get(self.label, ""), separator)]
        if not own:
            return f"its {self.label.strip()} is empty"
        if self.columns.bins:
            binned = [bins_of(label, self.columns.bins, self.columns.spans) for label in own]
            if reason := next((reason for _, reason in binned if reason), ""):
                return reason
            own = [label for labels, _ in binned for label in labels]
        every = [*own, *(cut(row.get(self.labels, ""), separator or "|") if self.labels else ())]
        if max(map(len, every)) > LONGEST:
            return f"its {self.label.strip()} is too long"
        return tuple(dict.fromkeys(every))


def _label(table: Table, given: bool) -> str:
    """The column `label`, where none is asked for."""
    column = table.find("label")
    if column is None:
        raise DataError(
            f"{table.named} has no column 'label'; its columns are {', '.join(table.columns)}: "
            f"choose one by --label COLUMN{'' if given else FOLDERS}."
        )
    return column


def _joined(records: list[Record]) -> Record | str:
    """One picture of the rows that name it, with all their labels, or why they cannot be of one."""
    for name in ("group", "split"):
        values = {getattr(record, name) for record in records} - {""}
        if len(values) > 1:
            return f"its rows are of several {name}s: {', '.join(sorted(values))}"
    first = records[0]
    if len(records) == 1:
        return first
    facts = ("group", "split", "year", *DATED, *FACTS)
    known = {
        name: next((v for r in records if (v := getattr(r, name))), getattr(first, name))
        for name in facts
    }
    labels = tuple(dict.fromkeys(label for record in records for label in record.labels))
    return replace(first, labels=labels, **known)
