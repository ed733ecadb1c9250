"""Where labelled pictures come from: each kind of source is a file here and a line in SOURCES."""

from __future__ import annotations

from pathlib import Path

from diffmine.data.records import Dataset
from diffmine.data.sources.base import Columns, Source
from diffmine.data.sources.folder import FOLDER
from diffmine.data.sources.table import TABLE
from diffmine.errors import DataError

SOURCES: list[Source] = [TABLE, FOLDER]
"""The first one that knows a folder's layout reads it."""


def open_dataset(
    path: str | Path, label: str = "label", group: str = "", labels: str = ""
) -> Dataset:
    """The labelled pictures of a folder, read by the first of SOURCES that knows its layout.

    Args:
        path: Folder with one folder of pictures per label, or with a metadata.csv.
        label: Column of the table that holds the label.
        group: Column of what groups images (patient, font); empty: none.
        labels: Column of all labels of an image, joined by "|"; empty: each has one.

    Returns:
        A record for each picture, the labels in their order, and the rows that were refused. No
        picture is opened.

    Raises:
        DataError: The path is no folder, or holds nothing to mine.

    Example:
        >>> dataset = open_dataset("pictures")
        >>> len(dataset), list(dataset.labels)
        (12, ['disc', 'square'])
    """
    folder = Path(path)
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder; give a folder of labelled pictures.")
    source = next((source for source in SOURCES if source.knows(folder)), None)
    if source is None:
        names = ", ".join(source.name for source in SOURCES)
        raise DataError(f"{folder} has a layout that no source knows; there are: {names}.")
    dataset = source.read(folder, Columns(label, group, labels))
    if not dataset.records:
        reason = f" ({dataset.refused[0][1]})" if dataset.refused else ""
        raise DataError(f"{folder} holds no labelled picture that can be read{reason}.")
    return dataset
