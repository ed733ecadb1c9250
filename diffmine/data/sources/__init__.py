"""Where labelled pictures come from: each kind of source is a file here and a line in SOURCES."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from diffmine.config import DataConfig
from diffmine.data.bins import bins_by
from diffmine.data.boxes import NAME as BOXES
from diffmine.data.dates.bins import Periods
from diffmine.data.dicomweb.query import is_archive
from diffmine.data.ordering import ordered_by
from diffmine.data.places import Place, place_of
from diffmine.data.records import Dataset
from diffmine.data.sources.base import Columns, Source
from diffmine.data.sources.cardb import CARDB
from diffmine.data.sources.chestxray import CHESTXRAY
from diffmine.data.sources.dicomweb import read_archive
from diffmine.data.sources.folder import FOLDER, LABELLED, LOOSE, unwrapped
from diffmine.data.sources.ftt import FTT
from diffmine.data.sources.g3 import G3
from diffmine.data.sources.hub import HUB
from diffmine.data.sources.iiif import IIIF, is_document, read_address, read_files
from diffmine.data.sources.parts import PARTS
from diffmine.data.sources.pattern import proposal
from diffmine.data.sources.places import PLACES
from diffmine.data.sources.table import TABLE
from diffmine.data.web.fetching import Fetching
from diffmine.engine import Progress, silent
from diffmine.errors import DataError

SOURCES: list[Source] = [CARDB, G3, CHESTXRAY, FTT, PLACES, HUB, IIIF, TABLE, PARTS, FOLDER]
"""The first one that knows a folder's layout reads it."""
ADDRESS = re.compile(r"https?://", re.IGNORECASE)
"""How an address of the web begins; it is read by IIIF."""


def open_dataset(
    path: str | Path, label: str = "", group: str = "", labels: str = "", source: str = ""
) -> Dataset:
    """The labelled pictures of a folder, read by the first of SOURCES that knows its layout.

    Args:
        path: Folder with one folder of pictures per label, with a table of its pictures, or of a
            published layout (docs/data.md); a zip file; a data set of the Hub; a IIIF manifest
            or collection, a file or an address; or what is asked of an archive of films
            (dicomweb+https://HOST/dicom-web?Modality=DX). What lies at an address is asked for
            what it has: its pictures are not fetched before a build.
        label: Column of the table that holds the label; empty: `label`, or the folders' names.
        group: Column of what groups images (patient, font); empty: none.
        labels: Column of all labels of an image, joined by "|"; empty: those of the label's own.
        source: Name of a source; empty: the first that knows the layout.

    Returns:
        A record for each picture, the labels in their order, the rows that were refused, and notes.
        No picture is opened.

    Raises:
        DataError: The path is no folder, holds nothing to mine, or lacks a column asked for.

    Example:
        >>> dataset = open_dataset("pictures")
        >>> len(dataset), list(dataset.labels)
        (12, ['disc', 'square'])
    """
    return dataset_of(path, DataConfig(label=label, group=group, labels=labels, source=source))


def dataset_of(path: str | Path, config: DataConfig, progress: Progress = silent) -> Dataset:
    """The same by a configuration: with a table, separator, years and an order of one's own.
    `progress` hears of what is fetched and unpacked.

    Raises DataError as `open_dataset` does, and for labels that the order lacks.
    """
    _check_pattern(str(path), config)
    if is_archive(str(path)):
        dataset = read_archive(str(path), _columns(config, progress))
    elif ADDRESS.match(str(path)):
        dataset = _of_address(str(path), config, progress)
    elif config.source in ("", IIIF.name) and is_document(Path(path)):
        dataset = read_files(Path(path), _columns(config, progress))
    else:
        dataset = _of_place(place_of(path, config, progress), config, progress)
    if not dataset.records:
        reason = f" ({dataset.refused[0][1]})" if dataset.refused else ""
        loose = [name for name, why in dataset.refused if why == LOOSE]
        cure = LABELLED + proposal(loose) if LOOSE in reason else ""
        notes = "".join(f" {note}" for note in dataset.notes)
        named = dataset.home or path  # an address may hold a password
        raise DataError(f"{named} holds no labelled picture that can be read{reason}.{cure}{notes}")
    bins = bins_by(config)
    if isinstance(bins, Periods):
        labels = tuple(one.label for one in bins.bins if one.label in dataset.labels)
        dataset = replace(dataset, labels=labels)
    if config.order:
        labels = ordered_by(Path(config.order), dataset.labels)
        dataset = replace(dataset, labels=labels)
    return dataset


def _check_pattern(path: str, config: DataConfig) -> None:
    """Refuse a pattern of names beside another way to tell labels."""
    columns = (config.label, config.labels, config.group, config.table, config.sheet)
    other = any(columns) or config.source not in ("", FOLDER.name)
    if config.label_pattern and (other or is_archive(path) or ADDRESS.match(path)):
        raise DataError(
            "Labels stand either in the names of pictures in a folder (--data.label-pattern) or in "
            "a table, a layout or an archive (--data.label, --data.group, --data.table, "
            "--data.source); leave one of the two away."
        )


def _of_address(address: str, config: DataConfig, progress: Progress) -> Dataset:
    if config.source not in ("", IIIF.name):
        raise DataError(f"{address} is an address; --source {config.source} reads folders alone.")
    return read_address(address, _columns(config, progress))


def _of_place(place: Place, config: DataConfig, progress: Progress) -> Dataset:
    if place.origin and config.source == HUB.name:  # it says where from, the files say how
        config = replace(config, source="")
    try:
        folder, source = _source(place.folder, config)
        dataset = _at(place, source.read(folder, _columns(config, progress)))
    except DataError as error:  # of the cache people know nothing
        raise DataError(str(error).replace(str(place.folder), str(place.named))) from error
    if dataset.boxes is None:
        boxes = [one / BOXES for one in (folder, place.named) if (one / BOXES).is_file()]
        dataset = replace(dataset, boxes=boxes[0] if boxes else None)
    return dataset


def _source(outer: Path, config: DataConfig) -> tuple[Path, Source]:
    """The folder in which the pictures are and what reads it; folders that hold nothing but another
    one are looked into."""
    known = {source.name: source for source in SOURCES}
    if config.source and config.source not in known:
        raise DataError(f"There is no source {config.source!r}; there are {', '.join(known)}.")
    if config.table:
        return outer, TABLE
    if config.label_pattern:
        return unwrapped(outer), FOLDER
    for folder in dict.fromkeys((outer, unwrapped(outer))):
        if config.source and (config.source == FOLDER.name or known[config.source].knows(folder)):
            inner = unwrapped(folder) if config.source == FOLDER.name else folder
            return inner, known[config.source]
        if not config.source:
            source = next((one for one in SOURCES if one.knows(folder)), None)
            if source is not None and (source is not FOLDER or folder == unwrapped(outer)):
                return folder, source
    if config.source:
        raise DataError(f"{outer} is not laid out as {config.source} is (docs/data.md).")
    names = ", ".join(source.name for source in SOURCES)
    raise DataError(f"{outer} has a layout that no source knows; there are: {names}.")


def _at(place: Place, dataset: Dataset) -> Dataset:
    """A data set with what is known of the place that it was read from."""
    return replace(
        dataset,
        path=place.named if place.folder != place.named else dataset.path,
        refused=(*place.refused, *dataset.refused),
        notes=(*place.notes, *dataset.notes),
        title=place.title or dataset.title,
        origin=place.origin,
    )


def _columns(config: DataConfig, progress: Progress) -> Columns:
    return Columns(
        config.label,
        config.group,
        config.labels,
        config.separator,
        bins_by(config),
        config.label_spans,
        config.table,
        config.sheet,
        config.confounds,
        config.label_pattern,
        Fetching.of(config, progress),
    )
