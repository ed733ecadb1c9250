"""The maps of an atlas, batch by batch, in arrays; and what mining knows of its images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from jaxtyping import Float, Int

from diffmine.atlas.reader import Atlas
from diffmine.atlas.several import COLUMNS, labels_of
from diffmine.config import TypicalityConfig
from diffmine.errors import AtlasError
from diffmine.maths.score import half
from diffmine.maths.scores import TYPICALITY

_COLUMNS = ("image_id", "label", "height", "width", "mean", "se")
_PERHAPS = ("score", "draws")
_ERRORS = ("image_id", "standard_error", "decay")


@dataclass(frozen=True)
class Images:
    """Images by their row in images.parquet; labels and groups by number (group -1: none)."""

    labels: list[str]
    names: list[str]
    rows: dict[str, int]
    own: list[frozenset[str]]
    label: Int[np.ndarray, " n"]
    group: Int[np.ndarray, " n"]
    height: Int[np.ndarray, " n"]
    width: Int[np.ndarray, " n"]
    fewest: int = 0
    """Draws that a map needs for its windows to be compared: a race gives up images early, and the
    best of many windows of a few draws are those that the noise favours."""

    @cached_property
    def by_label(self) -> dict[int, list[int]]:
        """The rows of the images of each label; an image with several labels is in several."""
        numbers = {label: at for at, label in enumerate(self.labels)}
        rows: dict[int, list[int]] = {at: [] for at in numbers.values()}
        for row, labels in enumerate(self.own):
            for label in labels:
                rows[numbers[label]].append(row)
        return rows

    @classmethod
    def of(cls, atlas: Atlas) -> Images:
        """The images of an atlas."""
        table = atlas.table("images", [*COLUMNS, "group", "height", "width"])
        scored = atlas.configured(TypicalityConfig)
        names = table["image_id"].to_pylist()
        numbers = {label: at for at, label in enumerate(atlas.labels)}
        codes = table["group"].combine_chunks().dictionary_encode()
        group = codes.indices.fill_null(-1).to_numpy().astype(np.int32)
        for at, text in enumerate(codes.dictionary.to_pylist()):
            if not text:
                group[group == at] = -1
        return cls(
            labels=atlas.labels,
            names=names,
            rows={name: at for at, name in enumerate(names)},
            own=_shared(labels_of(table)),
            label=np.array([numbers[label] for label in table["label"].to_pylist()], np.int32),
            group=group,
            height=table["height"].to_numpy().astype(np.int32),
            width=table["width"].to_numpy().astype(np.int32),
            fewest=half(scored.count) if scored.adaptive else 0,
        )


def _shared(labels: list[list[str]]) -> list[frozenset[str]]:
    """The labels of each image as a set; images with the same ones share it."""
    sets: dict[tuple[str, ...], frozenset[str]] = {}
    return [sets.setdefault(tuple(own), frozenset(own)) for own in labels]


@dataclass(frozen=True)
class Maps:
    """Maps of one shape of images of one size, each under a label of its image.

    Their errors stay in the file until one is asked for: in a large set hardly any is. `rows` are
    the maps' rows in the table that `errors_of` reads.
    """

    images: Int[np.ndarray, " b"]
    labels: list[int]
    mean: Float[np.ndarray, "b h w"]
    pixels: tuple[int, int]
    se: list[float]
    draws: list[int]
    rows: Int[np.ndarray, " b"]
    errors_of: Callable[[], pa.Table]

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the maps in latent pixels."""
        return self.mean.shape[1], self.mean.shape[2]

    def errors(self, at: int) -> Float[np.ndarray, "h w"]:
        """Standard errors of the pixels of a map; AtlasError when they were not kept."""
        cell = self.errors_of()["standard_error"][self.rows[at]]
        if not cell.is_valid or not len(cell):
            name = self.errors_of()["image_id"][self.rows[at]].as_py()
            raise AtlasError(
                f"The map of {name} has no standard errors, which mining needs; remove the maps "
                "and run diffmine typicality again."
            )
        return cell.values.to_numpy(zero_copy_only=False).astype(np.float64).reshape(self.shape)

    def decay(self, at: int) -> list[float]:
        """How the error falls with the side of a window (maths/error.py); empty: not known."""
        table = self.errors_of()
        if "decay" not in table.column_names:
            return []
        return table["decay"][self.rows[at]].as_py() or []


def own_maps(part: Path, images: Images) -> Iterator[Maps]:
    """The typicality maps of a part under their images' own labels, a few at a time."""
    with pq.ParquetFile(part) as file:
        there = set(file.schema_arrow.names)
        columns = [*_COLUMNS, *(name for name in _PERHAPS if name in there)]
        error_columns = [name for name in _ERRORS if name in there]
        for group in range(file.num_row_groups):
            table = file.read_row_group(group, columns)
            rows = _own(table, images)
            if len(rows) < len(table):
                table = table.take(rows)
            yield from _shapes(
                table, rows, images, _once(part, file.metadata, group, error_columns)
            )


def _once(
    part: Path, metadata: pq.FileMetaData, group: int, columns: list[str]
) -> Callable[[], pa.Table]:
    """Some columns of a row group, read when first asked for; through a reader of their own, for
    the other one may be closed by then, or in use by another thread."""

    @cache
    def read() -> pa.Table:
        with pq.ParquetFile(part, metadata=metadata) as file:
            return file.read_row_group(group, columns).combine_chunks()

    return read


def _own(table: pa.Table, images: Images) -> Int[np.ndarray, " n"]:
    """The rows with typicality under a label of their image."""
    pairs = zip(table["image_id"].to_pylist(), table["label"].to_pylist(), strict=True)
    keep = [label in images.own[images.rows[name]] for name, label in pairs]
    if "score" in table.column_names:
        scores = table["score"].to_pylist()
        keep = [k and s in (None, TYPICALITY.name) for k, s in zip(keep, scores, strict=True)]
    return np.flatnonzero(keep)


def _shapes(
    table: pa.Table,
    at: Int[np.ndarray, " n"],
    images: Images,
    errors_of: Callable[[], pa.Table],
) -> Iterator[Maps]:
    """The rows of a table by the shape of map and image; `at` are their rows in the file's."""
    rows = np.array([images.rows[name] for name in table["image_id"].to_pylist()], np.int32)
    sides = (table["height"].to_pylist(), table["width"].to_pylist())
    pixels = (images.height[rows].tolist(), images.width[rows].tolist())
    by_shape: dict[tuple[int, ...], list[int]] = {}
    for row, key in enumerate(zip(*sides, *pixels, strict=True)):
        by_shape.setdefault(key, []).append(row)
    se, under = table["se"].to_pylist(), table["label"].to_pylist()
    counted = "draws" in table.column_names
    draws = table["draws"].to_pylist() if counted else [images.fewest] * table.num_rows
    numbers = {label: number for number, label in enumerate(images.labels)}
    for (h, w, high, wide), chosen in by_shape.items():
        own = table if len(chosen) == table.num_rows else table.take(chosen)
        flat = own["mean"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
        yield Maps(
            images=rows[chosen],
            labels=[numbers[under[row]] for row in chosen],
            mean=flat.astype(np.float64).reshape(len(chosen), h, w),
            pixels=(high, wide),
            se=[se[row] for row in chosen],
            draws=[draws[row] for row in chosen],
            rows=at[chosen],
            errors_of=errors_of,
        )
