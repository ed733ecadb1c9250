"""Reader of a metadata.csv: one row per picture, named in the column `file_name`."""

from __future__ import annotations

import csv
from pathlib import Path

from diffmine.data.files import NotAFile, check, regular
from diffmine.data.records import Dataset, Record
from diffmine.data.sources.base import Columns, Source
from diffmine.errors import DataError

NAME = "metadata.csv"
_LONGEST_LABEL = 200


def read_table(folder: Path, columns: Columns) -> Dataset:
    """Rows whose picture lies inside the table's folder; the others are refused with a reason.

    Labels are ordered by number when all begin with one, else by name.
    """
    table = folder / NAME
    label, group, labels = columns.label, columns.group, columns.labels
    records: list[Record] = []
    refused: list[tuple[str, str]] = []
    for row in _rows(table, [label, *filter(None, [group, labels])]):
        name = (row.get("file_name") or "").strip()
        reason, path = _place(table.parent, name)
        value = (row.get(label) or "").strip()
        every = _labels(value, row.get(labels) or "") if labels else (value,)
        if reason or not value or max(map(len, every)) > _LONGEST_LABEL or path is None:
            refused.append((name, reason or f"its {label} is empty or too long"))
            continue
        records.append(
            Record(
                image_id=Path(name).as_posix(),
                label=value,
                path=path,
                group=(row.get(group) or "").strip() if group else "",
                year=_year(row.get("year")),
                source_url=(row.get("source_url") or "").strip(),
                licence=(row.get("licence") or "").strip(),
                credit=(row.get("credit") or "").strip(),
                labels=every,
            )
        )
    unique = {record.image_id: record for record in records}
    in_order = tuple(sorted(unique.values(), key=lambda record: record.image_id))
    return Dataset(
        table.parent,
        in_order,
        _ordered({name for r in in_order for name in r.labels}),
        tuple(refused),
    )


def _rows(table: Path, needed: list[str]) -> list[dict[str, str | None]]:
    try:
        with open(table, newline="", encoding="utf-8-sig", opener=regular) as file:
            reader = csv.DictReader(file)
            columns = reader.fieldnames or []
            for name in ("file_name", *needed):
                if name not in columns:
                    raise DataError(
                        f"{table} has no column {name!r}; its columns are {', '.join(columns)}."
                    )
            return list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{table} cannot be read: {error}.") from error


def _place(folder: Path, name: str) -> tuple[str, Path | None]:
    """Where a row's picture is, or why it is refused."""
    if not name or "\x00" in name:
        return "it names no file", None
    path = folder / name
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
        if not inside:
            return "it lies outside the data set", None
        check(path.stat())
        return "", path
    except (FileNotFoundError, NotADirectoryError):
        return "there is no such file", None
    except NotAFile as error:
        return str(error), None
    except (OSError, ValueError, RuntimeError) as error:
        return f"its name cannot be used ({type(error).__name__})", None


def _labels(own: str, joined: str) -> tuple[str, ...]:
    """All labels of an image, its own first, each once."""
    names = (" ".join(name.split()) for name in joined.split("|"))
    return tuple(dict.fromkeys([own, *filter(None, names)]))


def _year(text: str | None) -> int | None:
    try:
        return int(text) if text and -10_000 < int(text) < 10_000 else None
    except ValueError:
        return None


def _ordered(labels: set[str]) -> tuple[str, ...]:
    def leading(label: str) -> int | None:
        digits = label[: len(label) - len(label.lstrip("0123456789"))]
        return int(digits) if digits else None

    if labels and all(leading(label) is not None for label in labels):
        return tuple(sorted(labels, key=lambda label: (leading(label) or 0, label)))
    return tuple(sorted(labels))


TABLE = Source("table", lambda folder: (folder / NAME).is_file(), read_table)
