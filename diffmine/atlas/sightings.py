"""Which images show an element.

An image shows an element where one of its windows lies within the element's radius of its centre
(balls.py). The stage trends looks at all windows and writes down what it sees (shown.parquet).
Where that is not there (an older atlas, an element merged or split since then) the mined patches of
all labels are looked at instead, which are some of the windows: the images are then fewer.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Float, Int

from diffmine.atlas.reader import Atlas
from diffmine.atlas.trends import rows_where
from diffmine.config import TrendsConfig

_KEPT = 64
_NOWHERE = -1


@dataclass(frozen=True)
class Sightings:
    """The images that show an element, by their places in images.parquet, rising. Of each the row
    of patches.parquet of its patch nearest to the element's centre, -1 where none lies within its
    radius, and that patch's distance. `whole`: all windows of the images were looked at."""

    images: Int[np.ndarray, " n"]
    patches: Int[np.ndarray, " n"]
    distances: Float[np.ndarray, " n"]
    whole: bool


NONE = Sightings(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32), False)


class Looker:
    """Tells which images show an element; what was looked up is remembered until the atlas is
    opened anew or an element is edited."""

    def __init__(self, atlas: Atlas) -> None:
        self.atlas = atlas
        self._known: OrderedDict[tuple[str, int, int], Sightings] = OrderedDict()

    def of(self, label: str, element: int) -> Sightings:
        """The images that show an element of a label; none where there are no features."""
        key = (label, element, self.atlas.edited)
        if key not in self._known:
            self._known[key] = self._looked_up(label, element)
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return self._known[key]

    def _looked_up(self, label: str, element: int) -> Sightings:
        near = self._near(label, element)
        known = self._written(label, element)
        if known is None:
            return near
        patch = dict(zip(near.images.tolist(), range(len(near.images)), strict=True))
        at = np.array([patch.get(image, _NOWHERE) for image in known.tolist()], np.int64)
        rows, distances = np.full(len(known), _NOWHERE), np.full(len(known), np.inf, np.float32)
        rows[at >= 0], distances[at >= 0] = near.patches[at[at >= 0]], near.distances[at[at >= 0]]
        return Sightings(known, rows, distances, True)

    def _written(self, label: str, element: int) -> Int[np.ndarray, " n"] | None:
        """What the stage trends wrote down; None where it says nothing of the element."""
        if not self.atlas.has("shown"):
            return None
        rows = rows_where(self.atlas, "shown", {"label": label, "element": element})
        if not rows.num_rows:
            return None
        places = pc.index_in(rows["image_id"], self._images).drop_null()
        return np.unique(np.asarray(places.to_numpy(), np.int64))

    def _near(self, label: str, element: int) -> Sightings:
        """By the mined patches."""
        if not self.atlas.parts("features"):
            return NONE
        own = [patch.patch_id for patch in self.atlas.element(label, element)]
        neighbours = self.atlas.neighbours
        rows = neighbours.names.rows(own)
        rows = rows[rows >= 0]
        if not len(rows):
            return NONE
        matrix = neighbours.matrix
        centre = matrix[rows].mean(axis=0)
        distance = _distances(matrix, centre)  # patches
        share = self.atlas.configured(TrendsConfig).radius
        # The stage's own sums are of other precision: the patch that sets the radius counts.
        radius = float(np.quantile(distance[rows], share)) + 1e-6
        near = np.flatnonzero((distance <= radius) & (self._image_of >= 0))
        near = near[np.argsort(distance[near], kind="stable")]
        images, first = np.unique(self._image_of[near], return_index=True)
        best = near[first]
        return Sightings(images, self.row_of[best], distance[best], False)

    @cached_property
    def _images(self) -> pa.Array:
        return self.atlas.table("images", ["image_id"])["image_id"].combine_chunks()

    @cached_property
    def row_of(self) -> Int[np.ndarray, " n"]:
        """The row of patches.parquet of each feature, -1 where there is none."""
        names = self.atlas.lists.columns(["patch_id"])["patch_id"].combine_chunks()
        places = pc.index_in(self.atlas.neighbours.names.column, names)
        return np.asarray(pc.fill_null(places, _NOWHERE).to_numpy(zero_copy_only=False), np.int64)

    @cached_property
    def _image_of(self) -> Int[np.ndarray, " n"]:
        """The image of each feature, by its place in images.parquet, -1 where there is none."""
        images = self.atlas.lists.columns(["image_id"])["image_id"]
        places = pc.fill_null(pc.index_in(images, self._images), _NOWHERE).to_numpy()
        place = np.append(np.asarray(places, np.int64), _NOWHERE)  # what -1 points to
        return place[self.row_of]


def _distances(
    matrix: Float[np.ndarray, "n d"], centre: Float[np.ndarray, " d"]
) -> Float[np.ndarray, " n"]:
    """How far features of length 1 lie from a centre."""
    squares = 1 + centre @ centre - 2 * (matrix @ centre)
    return np.asarray(np.sqrt(np.clip(squares, 0, None)), np.float32)
