"""IIIF: a manifest or a collection, at an address, in a file, or several files in a folder.
Metadata are columns, as those of a table are; pictures are fetched before a build."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from diffmine.data.files import regular
from diffmine.data.iiif.document import MARKS
from diffmine.data.iiif.painting import Painting, Wanted
from diffmine.data.iiif.walk import Walk
from diffmine.data.records import Dataset, Record
from diffmine.data.sources.base import Columns, Source
from diffmine.data.sources.beside import METADATA, candidates
from diffmine.data.sources.canvases import FILE, Pictures, pictures_of
from diffmine.data.sources.folder import label_folders
from diffmine.data.sources.rows import dataset_of
from diffmine.data.web.address import check_web
from diffmine.data.web.errors import LastingError, PassingError
from diffmine.data.web.store import MAX_JSON, Fetched, Store, parsed
from diffmine.data.web.texts import TO_FETCH
from diffmine.errors import DataError

_LOOKED_AT = 2**16
_NAMED = 3


def read_address(address: str, columns: Columns) -> Dataset:
    """The pictures of the manifest or collection at an address. Raises DataError for what is none,
    cannot be fetched, or lacks a column asked for."""
    with _store(address, columns) as store:
        try:
            check_web(address)
            content = store.json(address)
        except (LastingError, PassingError) as error:
            raise DataError(f"{address} cannot be read: {error}.") from error
        dataset = _dataset(store.folder, [(address, content)], columns, store)
    return replace(dataset, home=address)


def read_files(path: Path, columns: Columns) -> Dataset:
    """The pictures of the manifests and collections in a file, or in the files of a folder."""
    files = sorted(_documents(path)) if path.is_dir() else [path]
    documents = [(str(one), _content(one)) for one in files]
    with _store("", columns) as store:
        return _dataset(path, documents, columns, store)


@contextmanager
def _store(home: str, columns: Columns) -> Iterator[Store]:
    store = columns.fetching.store(home)
    with closing(store.client):
        yield store


def is_document(path: Path) -> bool:
    """Whether a file is a document of IIIF, by the words that all of them have."""
    if path.suffix.lower() not in (".json", ".jsonld") or not path.is_file():
        return False
    try:
        with open(path, "rb", opener=regular) as file:
            head = file.read(_LOOKED_AT)
            file.seek(max(0, path.stat().st_size - _LOOKED_AT))
            tail = file.read(_LOOKED_AT)
    except OSError:
        return False
    return any(mark in end for mark in MARKS for end in (head, tail))


def _documents(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return iter(())
    return (path for path in entries if not path.name.startswith(".") and is_document(path))


def _content(path: Path) -> Any:
    try:
        with open(path, "rb", opener=regular) as file:
            content = file.read(MAX_JSON + 1)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}.") from error
    if len(content) > MAX_JSON:
        raise DataError(f"{path} is larger than {MAX_JSON >> 20} MB, the most of a manifest.")
    try:
        return parsed(content, str(path))
    except LastingError as error:
        raise DataError(f"{error}.") from error


def _dataset(
    path: Path, documents: list[tuple[str, Any]], columns: Columns, store: Store
) -> Dataset:
    fetching = columns.fetching
    walk = Walk(store, lambda done, total: fetching.progress("read", done, total, "manifests"))
    for name, content in documents:
        walk.add(content, name)
    pictures = pictures_of(walk.manifests, Wanted(fetching.short, fetching.view, fetching.long))
    refused = (*walk.refused, *pictures.refused)
    if not pictures.rows:
        reason = f": {refused[0][1]}" if refused else ""
        raise DataError(f"{documents[0][0]} has no picture that can be fetched{reason}.")
    table = replace(pictures.table(documents[0][0]), refused=refused)
    dataset = dataset_of(table, path, columns, Fetched(pictures.paintings, store.folder), FILE)
    records = tuple(_remote(record, pictures.paintings[record.image_id]) for record in dataset)
    notes = (*dataset.notes, *walk.notes, *_missing(records, pictures, store.folder))
    title = walk.titles[0] if len(walk.titles) == 1 else ""
    return replace(dataset, records=records, notes=notes, title=title)


def _remote(record: Record, painting: Painting) -> Record:
    return replace(record, remote=painting, canvas=painting.canvas)


def _missing(records: Sequence[Record], pictures: Pictures, folder: Path) -> list[str]:
    """What a person should know of pictures that are not fetched yet."""
    missing = [record.image_id for record in records if not record.path.is_file()]
    addresses = (pictures.paintings[name].key[0] for name in missing)
    hosts = list(dict.fromkeys(urlsplit(address).netloc for address in addresses))
    some = ", ".join(hosts[:_NAMED]) + (", ..." if len(hosts) > _NAMED else "")
    told = {"count": len(missing), "hosts": some, "folder": folder}
    return [TO_FETCH.format(**told)] if missing else []


def knows(folder: Path) -> bool:
    """Whether documents of IIIF lie in a folder, and no metadata.* and no folders of labels."""
    documents = any(_documents(folder))
    own = [path for path in candidates(folder) if path.stem.lower() == METADATA]
    return documents and not own and not label_folders(folder)


IIIF = Source("iiif", knows, read_files)
