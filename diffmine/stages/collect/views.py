"""The copies that people look at: views.parquet, written row by row beside images.parquet; or a
note of where the files lie, from which copies are made when they are looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.parquet as pq

from diffmine.atlas import whereabouts
from diffmine.atlas.atomic import whole
from diffmine.atlas.rowgroups import described
from diffmine.atlas.schemas import VIEWS
from diffmine.atlas.writer import Workspace
from diffmine.config import DataConfig
from diffmine.data.records import Dataset
from diffmine.stages.collect.held import VIEW, Row

NAME = "views.parquet"
_GROUP = 8
"""Copies that are read together: each is a hundred times as large as an image as mined."""


def pixels_of(config: DataConfig) -> int:
    """Long side, at most, of the copies that are to be written; 0: none."""
    return 0 if config.view == "source" else config.view


def views_are_there(atlas: Workspace, config: DataConfig) -> bool:
    """Whether the copies are those that are asked for, as they were written."""
    stored = atlas.manifest.config.get("data", {}).get("view", 0)
    return stored == config.view and (not pixels_of(config) or atlas.finished(NAME))


@contextmanager
def beside(atlas: Workspace, view: int, rows: Iterator[Row]) -> Iterator[Iterator[Row]]:
    """The rows without their copies, which go to a file of their own, unless `view` is 0; the file
    is there whole at the end."""
    if not view:
        yield ({name: value for name, value in row.items() if name != VIEW} for row in rows)
        return
    with (
        whole(atlas.path / NAME) as temporary,
        pq.ParquetWriter(
            temporary,
            VIEWS,
            compression="none",
            use_dictionary=False,
            write_statistics=described(VIEWS),
        ) as writer,
    ):
        waiting: list[Row] = []

        def write() -> None:
            writer.write_table(pa.Table.from_pylist(waiting, VIEWS))
            waiting.clear()

        def each() -> Iterator[Row]:
            for row in rows:
                content, times = row.pop(VIEW)
                if content:
                    image = {"bytes": content, "path": None}
                    waiting.append({"image_id": row["image_id"], "image": image, "times": times})
                if len(waiting) == _GROUP:
                    write()
                yield row
            write()

        yield each()


def note_whereabouts(atlas: Workspace, dataset: Dataset, config: DataConfig) -> None:
    """Note where the files lie, in this user's folder, if they are to be shown; else forget it."""
    if config.view == "source":
        files = {record.image_id: record.path for record in dataset}
        whereabouts.note(atlas, dataset.path, files)
    else:
        whereabouts.forget(atlas)


def note_views(atlas: Workspace, view: int) -> None:
    """Note the file's digest, or that there is none."""
    if view:
        atlas.note(NAME)
    else:
        atlas.remove(NAME)
        atlas.save()
