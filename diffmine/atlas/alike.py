"""Which elements of all labels look alike: by the cosine of their centres, the mean features of
their patches."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc
from jaxtyping import Float, Int

from diffmine.atlas.neighbours import highest
from diffmine.atlas.reader import Atlas
from diffmine.atlas.sightings import Looker

Place = tuple[str, int]


class Alike:
    """The centres of all elements, by label and number; computed anew when one was edited."""

    def __init__(self, atlas: Atlas, looker: Looker) -> None:
        self.atlas = atlas
        self.looker = looker
        self._of = -1
        self._places: list[Place] = []
        self._centres: Float[np.ndarray, "n d"] = np.zeros((0, 1), np.float32)

    def to(self, label: str, element: int, count: int) -> list[tuple[Place, float]]:
        """The elements most like one, with the cosine of their centres, the most alike first and
        without itself; none where there are no features."""
        if not self.atlas.parts("features"):
            return []
        if self._of != self.atlas.edited:
            self._places, self._centres = self._measured()
            self._of = self.atlas.edited
        if (label, element) not in self._places:
            return []
        own = self._places.index((label, element))
        cosine = self._centres @ self._centres[own]  # n
        cosine[own] = -np.inf
        nearest = highest(cosine, min(count, len(cosine) - 1))
        return [(self._places[at], float(cosine[at])) for at in nearest]

    def _measured(self) -> tuple[list[Place], Float[np.ndarray, "n d"]]:
        places, code = self._coded()
        matrix, row = self.atlas.neighbours.matrix, self.looker.row_of
        known = np.flatnonzero((row >= 0) & (code[row] >= 0))
        sums = np.zeros((len(places), *matrix.shape[1:]), np.float32)
        np.add.at(sums, code[row[known]], matrix[known])
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        return places, sums / np.maximum(lengths, 1e-12)

    def _coded(self) -> tuple[list[Place], Int[np.ndarray, " patches"]]:
        """The elements, and for each row of patches.parquet its element's place, -1 for none."""
        places: list[Place] = []
        code = np.full(len(self.atlas.lists), -1)
        for label in self.atlas.labels:
            start, stop = self.atlas.bounds(label)
            element = pc.fill_null(self.atlas.rows(label)["element"], -1).to_numpy()
            numbers, at = np.unique(element, return_inverse=True)
            at = at.ravel() + len(places) - int(-1 in numbers)
            code[start:stop] = np.where(element >= 0, at, -1)
            places += [(label, int(number)) for number in numbers if number >= 0]
        return places, code
