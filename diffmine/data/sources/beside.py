"""The tables that lie beside pictures: which one tells of them, and what is said of the others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from diffmine.data.boxes import is_of_boxes
from diffmine.data.names import Files, Finder
from diffmine.data.tables import PICTURE_COLUMNS, UNREAD, endings, read_rows
from diffmine.data.tables.table import Table
from diffmine.errors import DataError

METADATA = "metadata"
_TRIED = 60
"""Rows whose names are looked for to tell which column names the pictures."""


@dataclass(frozen=True)
class Beside:
    """Tables of a folder that name pictures, and a sentence for each file that does not."""

    tables: tuple[Table, ...] = ()
    strange: tuple[str, ...] = ()


def candidates(folder: Path) -> list[Path]:
    """Files of a folder that may be a table of its pictures; metadata.* alone where it is there."""
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return []
    known = endings() | UNREAD
    files = [
        path
        for path in entries
        if path.suffix.lower() in known and path.name[0] not in ".~" and not is_of_boxes(path)
    ]
    files = [path for path in files if not path.is_dir()]
    return [path for path in files if path.stem.lower() == METADATA] or files


def table_of(folder: Path, path: Path, sheet: str = "") -> Table:
    """The table of a file about pictures of a folder; of a workbook the sheet that names them.
    Raises DataError as `read_rows` does."""
    files = Files(folder)

    def fits(table: Table) -> bool:
        try:
            return bool(picture_column(table, files))
        except DataError:
            return False

    return read_rows(path, sheet, fits)


def tables_beside(folder: Path, sheet: str = "") -> Beside:
    """The tables of a folder, of a workbook one sheet. A metadata.* that cannot be read raises
    DataError, another file is named in a sentence."""
    tables: list[Table] = []
    strange: list[str] = []
    files = Files(folder)
    for path in candidates(folder):
        try:
            table = table_of(folder, path, sheet)
            picture_column(table, files)
            tables.append(table)
        except DataError as error:
            if path.stem.lower() == METADATA:
                raise
            strange.append(f"{path.name} is not read: {error}")
    return Beside(tuple(tables), tuple(strange))


def picture_column(table: Table, files: Finder) -> str:
    """The column whose values are the names of the pictures: of those with a name of one, and else
    of all, the one that names most files. DataError where there is none."""
    if not table.rows and not table.refused:
        raise DataError(f"{table.path} has no row under its header.")
    if any(not isinstance(files.find(column), str) for column in table.columns):
        raise DataError(
            f"{table.path} has no header: its first line names a picture; write the names of the "
            "columns above it, as file_name and label."
        )
    known = [column for name in PICTURE_COLUMNS if (column := table.find(name))]
    known = list(dict.fromkeys(known))
    if len(known) == 1:
        return known[0]
    sample = table.rows[:: max(1, len(table.rows) // _TRIED)][:_TRIED]

    def hits(column: str) -> int:
        return sum(not isinstance(files.find(row.get(column, "")), str) for row in sample)

    counts = {column: hits(column) for column in known or table.columns}
    best = max(counts, key=lambda column: counts[column], default="")
    if known or (best and counts[best] * 2 > len(sample)):
        return best
    raise DataError(
        f"{table.path} has no column that names the pictures ({', '.join(PICTURE_COLUMNS[:4])}); "
        f"its columns are {', '.join(table.columns)}."
    )
