"""Films of an archive (PACS) by DICOMweb, with labels of their metadata or of a table of UIDs; they
are fetched before a build, without who they are of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from diffmine.data.dicomweb import texts
from diffmine.data.dicomweb.films import COLUMNS, Described
from diffmine.data.dicomweb.instance import Instance
from diffmine.data.dicomweb.query import INSTANCE, SERIES, STUDY, UIDS, Query, query_of
from diffmine.data.dicomweb.search import Search
from diffmine.data.records import Dataset, Record
from diffmine.data.sources.base import Columns
from diffmine.data.sources.rows import dataset_of
from diffmine.data.tables import read_rows
from diffmine.data.tables.table import Row, Table, folded
from diffmine.data.web.store import Fetched
from diffmine.errors import DataError

FILE = "file_name"
_NAMES = {
    INSTANCE: (INSTANCE, "sop_uid", "instance_uid", "image_uid"),
    SERIES: (SERIES, "series_uid"),
    STUDY: (STUDY, "study_uid"),
}
"""Names of columns of UIDs, that of the smallest thing first."""


def read_archive(address: str, columns: Columns) -> Dataset:
    """The films of an archive that an address asks for; where it asks for nothing and there is a
    table, those that this names. Raises DataError for what is no address of one, cannot be read,
    or lacks a column asked for; never with the password."""
    query = query_of(address)
    given = _Given.of(columns) if columns.table else None
    if given and not query.filters:
        query = replace(query, filters=given.uids)
    fetching = columns.fetching
    store = fetching.store(query.service, login=query.login)
    with closing(store.client):
        search = Search(query, store)
        films = search.films(lambda done, of: fetching.progress("read", done, of, "series"))
    pictures = [film for film in films if film.size]
    refused = [(film.name, texts.NO_PICTURE) for film in films if not film.size]
    if not pictures:
        raise DataError(query.about(texts.NOTHING))
    table = _table(query, pictures, given, refused)
    own = {film.name: Instance.of(query.service, film) for film in pictures}
    dataset = dataset_of(table, store.folder, columns, Fetched(own, store.folder, ".dcm"), FILE)
    records = tuple(replace(one, remote=own[one.image_id]) for one in dataset)
    notes = (*dataset.notes, *search.notes, *_missing(query, records, own, store.folder))
    return replace(
        dataset,
        records=records,
        notes=notes,
        title=urlsplit(query.service).hostname or "",
        home=query.service,
        login=query.login,
    )


@dataclass(frozen=True)
class _Given:
    """A table of a file of this machine, whose rows name UIDs: the column of each kind of them."""

    table: Table
    columns: Mapping[str, str]

    @classmethod
    def of(cls, columns: Columns) -> _Given:
        """The one that is asked for."""
        table = read_rows(Path(columns.table), columns.sheet)
        own = {uid: one for uid, names in _NAMES.items() if (one := table.find(*names))}
        if not own:
            told = {"path": table.path, "columns": ", ".join(table.columns)}
            raise DataError(texts.NO_UIDS.format(**told))
        return cls(table, own)

    def key(self, row: Row) -> str:
        """The UID of the smallest thing that a row names."""
        return next(filter(None, (row.get(one, "").strip() for one in self.columns.values())), "")

    @property
    def uids(self) -> dict[str, tuple[str, ...]]:
        """What to ask for: the widest things, which take the fewest questions."""
        kind = next(uid for uid in UIDS if uid in self.columns)
        values = (row.get(self.columns[kind], "").strip() for row in self.table.rows)
        return {kind: tuple(dict.fromkeys(filter(None, values)))}

    def join(
        self, pictures: Iterable[Described], refused: list[tuple[str, str]]
    ) -> Iterator[dict[str, str]]:
        """The rows of pictures with the cells of every row that names them, their series or their
        study; pictures and rows without one another are refused."""
        rows: dict[str, list[Row]] = {}
        for row in self.table.rows:
            rows.setdefault(self.key(row), []).append(row)
        used = set()
        for film in pictures:
            own = next((uid for kind in _NAMES if (uid := film.values[kind]) in rows), "")
            used.add(own)
            if not own:
                refused.append((film.name, texts.NOT_IN_TABLE.format(path=self.table.path.name)))
            for row in rows.get(own, ()):
                yield {**_cells(film), **self._others(row)}
        refused += [(key, texts.NOT_THERE) for key in rows if key not in used]

    def _others(self, row: Row) -> dict[str, str]:
        """The cells that the metadata do not have: a table may name views otherwise."""
        known = {folded(name) for name in COLUMNS if name not in ("Modality", *_VIEWED)}
        return {name: text for name, text in row.items() if folded(name) not in known}


_VIEWED = ("BodyPartExamined", "ViewPosition", "Laterality")


def _cells(film: Described) -> dict[str, str]:
    return {FILE: film.name, **film.values}


def _table(
    query: Query, pictures: list[Described], given: _Given | None, refused: list[tuple[str, str]]
) -> Table:
    """A row for each film; those of one study belong together."""
    rows = list(given.join(pictures, refused)) if given else [_cells(film) for film in pictures]
    if given and not rows:
        raise DataError(query.about(texts.NO_ROW, path=given.table.path))
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    shown = tuple(name for name in columns if any(row.get(name) for row in rows))
    notes = given.table.notes if given else ()
    return Table(
        Path(query.service),
        shown,
        tuple(rows),
        refused=(*(given.table.refused if given else ()), *refused),
        notes=notes,
        group=STUDY,
        address=query.service,
    )


def _missing(
    query: Query, records: Iterable[Record], films: Mapping[str, Instance], folder: Path
) -> list[str]:
    """What a person should know of films that are not fetched yet."""
    missing = [films[one.image_id] for one in records if not one.path.is_file()]
    size = sum(film.size for film in missing) / 1e9
    told = f"{size:.1f} GB" if size >= 1 else f"{1000 * size:.0f} MB"
    about = {"count": len(missing), "size": told, "folder": folder}
    return [query.about(texts.TO_FETCH, **about)] if missing else []
