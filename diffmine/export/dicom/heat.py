"""The maps of a film that results show.

What tells a finding from the label that an atlas contrasts with finds more than typicality alone
(docs/tour.md), so it is shown where the atlas holds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from diffmine.atlas.reader import Atlas
from diffmine.config import TypicalityConfig
from diffmine.export.dicom import texts
from diffmine.maths.heat import scale
from diffmine.maths.scores import TYPICALITY
from diffmine.maths.scores.contrast import name_of

_SAMPLED = 2
"""Patches of each label whose maps are looked at for a scale, as in the app."""


@dataclass(frozen=True)
class Heat:
    """A map of a label, (h, w) in latent pixels, and the value that is drawn at full strength: one
    for all films of an atlas. `other` is the label that it is contrasted with, "" without one."""

    label: str
    other: str
    mean: np.ndarray
    full: float

    @property
    def named(self) -> str:
        """What it is a map of."""
        return (
            texts.AGAINST.format(label=self.label, other=self.other) if self.other else self.label
        )


@dataclass
class Heats:
    """The maps of an atlas's films."""

    atlas: Atlas
    _scales: dict[str, float] = field(default_factory=dict)

    def of(self, image_id: str, labels: Sequence[str]) -> list[Heat]:
        """Of a film a map for each label that the atlas has one for."""
        maps = [self._map(image_id, label) for label in labels]
        return [heat for heat in maps if heat is not None]

    def _map(self, image_id: str, label: str) -> Heat | None:
        other = self.atlas.configured(TypicalityConfig).contrast
        contrasts = [(name_of(other), other)] if other not in ("", label) else []
        for score, against in (*contrasts, (TYPICALITY.name, "")):
            pair = self.atlas.map(image_id, label, score)
            if pair is not None:
                return Heat(label, against, pair[0], self._full(score))
        return None

    def _full(self, score: str) -> float:
        if score not in self._scales:
            first = (
                self.atlas.map(patch.image_id, patch.label, score)
                for label in self.atlas.labels
                for patch in self.atlas.patches(label, "top", 0, _SAMPLED)
            )
            self._scales[score] = scale([pair[0] for pair in first if pair is not None])
        return self._scales[score]
