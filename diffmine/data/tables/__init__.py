"""Tables that people have: one reader for a kind of file, and a line in KINDS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from diffmine.data.files import regular
from diffmine.data.tables import objects, parquet, separated, xlsx
from diffmine.data.tables.table import Table, folded
from diffmine.errors import DataError

MAX_BYTES = 2**29
"""The largest table that is read."""
KINDS: dict[str, Callable[[Path, bytes, frozenset[str]], Table]] = {
    ".csv": separated.read,
    ".tsv": separated.read,
    ".tab": separated.read,
    ".jsonl": objects.read_lines,
    ".ndjson": objects.read_lines,
    ".json": objects.read_whole,
    ".jsonld": objects.read_whole,
    ".parquet": parquet.read,
}
WORKBOOKS = frozenset({".xlsx", ".xlsm"})
"""Endings of files that hold several tables, each a sheet."""
UNREAD = frozenset({".xls", ".xlsb", ".ods", ".fods", ".numbers", ".sav", ".dta", ".rds"})
"""Endings of tables that are named when they lie beside pictures, for nothing reads them."""
PICTURE_COLUMNS = (
    "file_name",
    "file",
    "path",
    "image",
    "image_index",
    "image_file",
    "image_path",
    "image_name",
    "file_path",
    "picture",
    "photo",
    "img",
    "img_path",
    "image_filename",
    "original_filename",
    "original_url",
    "file_url",
    "image_url",
    "o:filename",
    "o:source",
    "o:original_url",
    "media_link",
    "files",
)
"""Columns that name the picture of a row, the likeliest first."""
_NAMED = frozenset(map(folded, PICTURE_COLUMNS))


def endings() -> frozenset[str]:
    """The endings, in lower case, of all tables that are read."""
    return frozenset({*KINDS, *WORKBOOKS})


def read_rows(
    path: Path, sheet: str = "", fits: Callable[[Table], bool] = lambda table: False
) -> Table:
    """The table of a file, whatever program wrote it, every cell as text; a file of another ending
    is read as CSV. Of a workbook it is that of a sheet's name; empty: the first that `fits`, else
    the first that has a column which names pictures.

    Raises:
        DataError: The file cannot be read, is no table of a kind that is known, or lacks the sheet.

    Example:
        >>> read_rows(Path("metadata.csv")).columns
        ('file_name', 'label')
    """
    if path.suffix.lower() in UNREAD:
        raise DataError(
            f"{path} is a table of a kind that is not read; save it as XLSX, as CSV in UTF-8, or "
            f"as one of {', '.join(KINDS)}."
        )
    if path.suffix.lower() in WORKBOOKS:
        sheets = xlsx.read_sheets(path, _NAMED)
        if not sheet and not any(fits(table) for _, table in sheets):
            fits = _names_pictures
        return xlsx.chosen(path, sheets, sheet, fits)
    try:
        with open(path, "rb", opener=regular) as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}.") from error
    if len(content) > MAX_BYTES:
        raise DataError(f"{path} is larger than {MAX_BYTES >> 20} MB, the most of a table.")
    return KINDS.get(path.suffix.lower(), separated.read)(path, content, _NAMED)


def _names_pictures(table: Table) -> bool:
    return table.find(*PICTURE_COLUMNS) is not None
