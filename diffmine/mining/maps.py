"""The maps of an atlas, batch by batch, in arrays; and what mining knows of its images."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from jaxtyping import Float, Int

from diffmine.errors import AtlasError
from diffmine.store.atlas import Atlas
from diffmine.store.several import COLUMNS, labels_of

_BATCH = 64
_COLUMNS = ("image_id", "label", "height", "width", "mean", "standard_error", "se")
_PERHAPS = ("decay", "score")
TYPICALITY = "typicality"


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

    @classmethod
    def of(cls, atlas: Atlas) -> Images:
        """The images of an atlas."""
        table = atlas.table("images", [*COLUMNS, "group", "height", "width"])
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
            own=[frozenset(each) for each in labels_of(table)],
            label=np.array([numbers[each] for each in table["label"].to_pylist()], np.int32),
            group=group,
            height=table["height"].to_numpy().astype(np.int32),
            width=table["width"].to_numpy().astype(np.int32),
        )


@dataclass(frozen=True)
class Maps:
    """Maps of one shape of images of one size, each under a label of its image."""

    images: Int[np.ndarray, " b"]
    labels: list[int]
    mean: Float[np.ndarray, "b h w"]
    pixels: tuple[int, int]
    se: list[float]
    table: pa.Table

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the maps in latent pixels."""
        return self.mean.shape[1], self.mean.shape[2]

    def errors(self, at: int) -> Float[np.ndarray, "h w"]:
        """Standard errors of the pixels of a map; AtlasError when they were not kept."""
        cell = self.table["standard_error"][at]
        if cell.as_py() is None or not len(cell):
            name = self.table["image_id"][at].as_py()
            raise AtlasError(
                f"The map of {name} has no standard errors, which mining needs; remove the maps "
                "and run diffmine typicality again."
            )
        return cell.values.to_numpy(zero_copy_only=False).astype(np.float64).reshape(self.shape)

    def decay(self, at: int) -> list[float]:
        """How the error falls with the side of a window (mining/error.py); empty: not known."""
        if "decay" not in self.table.column_names:
            return []
        return self.table["decay"][at].as_py() or []


def own_maps(part: Path, images: Images) -> Iterator[Maps]:
    """The typicality maps of a part under their images' own labels, a few at a time."""
    with pq.ParquetFile(part) as file:
        there = set(file.schema_arrow.names)
        columns = [*_COLUMNS, *(name for name in _PERHAPS if name in there)]
        for batch in file.iter_batches(_BATCH, columns=columns):
            yield from _shapes(_own(pa.table(batch), images), images)


def _own(table: pa.Table, images: Images) -> pa.Table:
    pairs = zip(table["image_id"].to_pylist(), table["label"].to_pylist(), strict=True)
    keep = [label in images.own[images.rows[name]] for name, label in pairs]
    if "score" in table.column_names:
        scores = table["score"].to_pylist()
        keep = [k and s in (None, TYPICALITY) for k, s in zip(keep, scores, strict=True)]
    return table if all(keep) else table.filter(pa.array(keep, pa.bool_()))


def _shapes(table: pa.Table, images: Images) -> Iterator[Maps]:
    """The rows of a table by the shape of map and image."""
    rows = np.array([images.rows[name] for name in table["image_id"].to_pylist()], np.int32)
    sides = (table["height"].to_pylist(), table["width"].to_pylist())
    pixels = (images.height[rows].tolist(), images.width[rows].tolist())
    by_shape: dict[tuple[int, ...], list[int]] = {}
    for at, key in enumerate(zip(*sides, *pixels, strict=True)):
        by_shape.setdefault(key, []).append(at)
    se, under = table["se"].to_pylist(), table["label"].to_pylist()
    for (h, w, high, wide), chosen in by_shape.items():
        own = table if len(chosen) == table.num_rows else table.take(chosen)
        flat = own["mean"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
        yield Maps(
            images=rows[chosen],
            labels=[images.labels.index(under[at]) for at in chosen],
            mean=flat.astype(np.float64).reshape(len(chosen), h, w),
            pixels=(high, wide),
            se=[se[at] for at in chosen],
            table=own,
        )
