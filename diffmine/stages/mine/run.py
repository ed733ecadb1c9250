"""Mine: the best windows of each image, the best patches of each label (sections 3.3 and 4.2).

    score of a window = mean of T(x | c) over its pixels * (size / smallest size)^size_power
    keep the best that do not overlap;  the best of all images of a label are its patches

Controls are the least typical windows (the same with -T) and random ones. Windows are read off the
latent maps (maths/grid.py, maths/choose.py) and lists kept short (maths/ranking.py), so that memory
holds the names of the images and little else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from jaxtyping import UInt8

from diffmine.atlas.schemas import DUPLICATES, PATCHES, WARNINGS
from diffmine.atlas.shards import ShardFunction
from diffmine.atlas.writer import Workspace
from diffmine.config import MineConfig
from diffmine.engine import Engine, Progress, Report, Tell, ahead, here, phase, silent
from diffmine.errors import AtlasError
from diffmine.maths.duplicates import picture_hash
from diffmine.maths.likeness import confirmed, thumbnail
from diffmine.maths.ranking import CANDIDATE, SIGNS, Ranked, inside_noise, rank_interval
from diffmine.stages.mine.candidates import Key, Lists, candidates
from diffmine.stages.mine.maps import Images, own_maps
from diffmine.stages.mine.signs import Tops, sign_rows

KINDS = tuple(SIGNS)
Candidates = dict[Key, np.ndarray]


def run(
    atlas: Workspace, config: MineConfig, *, engine: Engine = here, progress: Progress = silent
) -> Report:
    """Choose the patches of every label; writes patches.parquet sorted by label, kind and rank,
    duplicates.parquet and warnings.parquet."""
    report = Report("mine")
    if atlas.begin("mine", config) is None:
        report.kept = atlas.table("patches", ["patch_id"]).num_rows
        return report.close()
    images = Images.of(atlas)
    lists = _lists(atlas, images, config, engine, progress)
    if not any(len(ranked.rows) for ranked in lists.values()):
        raise AtlasError(f"{atlas.path} has no image as large as the window; choose a smaller one.")
    phase(progress, "mine", "looking for the same pictures, and for confounds")
    table = _table(lists, images)
    atlas.write("patches.parquet", table, PATCHES, group=8192)
    double = _duplicates(atlas, images)
    atlas.write("duplicates.parquet", double, DUPLICATES)
    warning_rows = sign_rows(atlas, images, _tops(lists), double, config)
    atlas.write("warnings.parquet", warning_rows, WARNINGS)
    atlas.end("mine")
    report.done = table.num_rows
    report.figures = {
        "patches": float(table.num_rows),
        "noise": float(np.mean(table["noise"].to_numpy())),
        "duplicates": float(len(double)),
        "warnings": float(sum(row["flagged"] for row in warning_rows)),
    }
    return report.close()


# Windows of maps into lists


@dataclass
class MineShard(ShardFunction):
    """Finds the windows of a part of the maps that may enter the lists of their labels.

    Each process keeps lists of its own of what it has seen, so that ever fewer windows may.
    """

    config: MineConfig

    def __call__(self, part: Path, tell: Tell) -> Candidates:
        """Rows of ranking.CANDIDATE by label (its place among the labels) and kind."""
        windows: dict[Key, list[tuple[Any, ...]]] = {}
        for maps in ahead(own_maps(part, self.images)):
            for key, rows in candidates(maps, self.images, self.lists, self.config).items():
                windows.setdefault(key, []).extend(rows)
        arrays = {key: np.array(rows, CANDIDATE) for key, rows in windows.items()}
        for key, array in arrays.items():
            self.lists[key].add(array)
        return arrays

    @cached_property
    def images(self) -> Images:
        """What mining knows of the images."""
        return Images.of(self.atlas)

    @cached_property
    def lists(self) -> Lists:
        """The lists so far."""
        return _empty(self.images, self.config)


def _empty(images: Images, config: MineConfig) -> Lists:
    return {
        (label, kind): Ranked(kind, config.per_label, config.per_group)
        for label in range(len(images.labels))
        for kind in KINDS
    }


def _lists(
    atlas: Workspace, images: Images, config: MineConfig, engine: Engine, progress: Progress
) -> Lists:
    """The finished lists of every label (by its place) and kind."""
    lists = _empty(images, config)
    parts = atlas.parts("maps")
    results = engine.map(MineShard(atlas.path, config), parts, lambda place, done, note: None)
    for number, (_, rows_of) in enumerate(results, start=1):
        for key, rows in rows_of.items():
            lists[key].add(rows)
        progress("mine", number, len(parts), "parts")
    for ranked in lists.values():
        ranked.prune()
    return lists


# Lists into tables


def _table(lists: Lists, images: Images) -> pa.Table:
    """The rows of patches.parquet."""
    return pa.concat_tables(
        _rows(ranked, images.labels[label], images) for (label, _), ranked in lists.items()
    )


def _rows(ranked: Ranked, label: str, images: Images) -> pa.Table:
    rows, kind = ranked.rows, ranked.kind
    count = len(rows)
    columns: dict[str, Any] = {field: pa.nulls(count, PATCHES.field(field).type) for field in
                               PATCHES.names}  # fmt: skip
    columns |= {
        "patch_id": [name.decode() for name in rows["name"].tolist()],
        "label": [label] * count,
        "kind": [kind] * count,
        "rank": np.arange(1, count + 1, dtype=np.int32),
        "image_id": [images.names[at] for at in rows["image"].tolist()],
        "noise": inside_noise(rows, kind, ranked.cut),
    }
    columns |= {field: rows[field] for field in ("row", "col", "size", "typicality", "se")}
    if SIGNS[kind]:
        low, high = rank_interval(rows, kind)
        columns |= {"rank_low": low.astype(np.int32), "rank_high": high.astype(np.int32)}
    arrays = [
        pa.array(np.ascontiguousarray(column) if isinstance(column, np.ndarray) else column).cast(
            PATCHES.field(name).type
        )
        for name, column in columns.items()
    ]
    return pa.Table.from_arrays(arrays, schema=PATCHES)


def _duplicates(atlas: Workspace, images: Images) -> list[dict[str, Any]]:
    """The rows of duplicates.parquet. Nothing is left out of mining for being one."""
    table = atlas.table("images", ["hash", "source_digest"])
    column, pictures = table["hash"], atlas.pictures
    if column.null_count:  # collected before hashes were kept
        hashes = np.array([picture_hash(pictures.picture(n)) for n in images.names], np.int64)
    else:
        hashes = column.to_numpy().astype(np.int64)

    def thumb(row: int) -> UInt8[np.ndarray, " p"]:
        return thumbnail(pictures.picture(images.names[row]))

    return [
        {
            "image_id": images.names[row],
            "label": images.labels[images.label[row]],
            "group": group,
            "distance": distance,
        }
        for row, group, distance in confirmed(images.names, hashes, thumb, _same(table))
    ]


def _same(images: pa.Table) -> list[list[int]]:
    """Rows of images that were made of the same bytes."""
    of: dict[str, list[int]] = {}
    for row, digest in enumerate(images["source_digest"].to_pylist()):
        if digest:
            of.setdefault(digest, []).append(row)
    return [rows for rows in of.values() if len(rows) > 1]


def _tops(lists: Lists) -> Tops:
    """What the warnings are about: the top patches of each label, and which are in the noise."""
    return {
        label: (ranked.rows, inside_noise(ranked.rows, kind, ranked.cut))
        for (label, kind), ranked in lists.items()
        if kind == "top"
    }
