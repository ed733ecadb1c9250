"""Where labelled pictures come from: each kind of source is a file here and a line in SOURCES."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from diffmine.config import DataConfig
from diffmine.data.boxes import NAME as BOXES
from diffmine.data.ordering import ordered_by
from diffmine.data.records import Dataset
from diffmine.data.sources.base import Columns, Source
from diffmine.data.sources.cardb import CARDB
from diffmine.data.sources.chestxray import CHESTXRAY
from diffmine.data.sources.folder import FOLDER, unwrapped
from diffmine.data.sources.ftt import FTT
from diffmine.data.sources.g3 import G3
from diffmine.data.sources.parts import PARTS
from diffmine.data.sources.places import PLACES
from diffmine.data.sources.table import TABLE
from diffmine.errors import DataError

SOURCES: list[Source] = [CARDB, G3, CHESTXRAY, FTT, PLACES, TABLE, PARTS, FOLDER]
"""The first one that knows a folder's layout reads it."""


def open_dataset(
    path: str | Path, label: str = "", group: str = "", labels: str = "", source: str = ""
) -> Dataset:
    """The labelled pictures of a folder, read by the first of SOURCES that knows its layout.

    Args:
        path: Folder with one folder of pictures per label, with a table of its pictures, or of a
            published layout (docs/data.md).
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


def dataset_of(path: str | Path, config: DataConfig) -> Dataset:
    """The same by a configuration: with a table, separator, years and an order of one's own.

    Raises DataError as `open_dataset` does, and for labels that the order lacks.
    """
    outer = Path(path)
    if not outer.is_dir():
        raise DataError(f"{outer} is not a folder; give a folder of labelled pictures.")
    folder, source = _source(outer, config)
    dataset = source.read(folder, _columns(config))
    if not dataset.records:
        reason = f" ({dataset.refused[0][1]})" if dataset.refused else ""
        notes = "".join(f" {note}" for note in dataset.notes)
        raise DataError(f"{outer} holds no labelled picture that can be read{reason}.{notes}")
    if dataset.boxes is None:
        boxes = [place / BOXES for place in (folder, outer) if (place / BOXES).is_file()]
        dataset = replace(dataset, boxes=boxes[0] if boxes else None)
    if config.order:
        labels = ordered_by(Path(config.order), dataset.labels)
        dataset = replace(dataset, labels=labels)
    return dataset


def _source(outer: Path, config: DataConfig) -> tuple[Path, Source]:
    """The folder in which the pictures are and what reads it; folders that hold nothing but another
    one are looked into."""
    known = {source.name: source for source in SOURCES}
    if config.source and config.source not in known:
        raise DataError(f"There is no source {config.source!r}; there are {', '.join(known)}.")
    if config.table:
        return outer, TABLE
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


def _columns(config: DataConfig) -> Columns:
    return Columns(
        config.label,
        config.group,
        config.labels,
        config.separator,
        config.label_width,
        config.label_spans,
        config.table,
        config.confounds,
    )
