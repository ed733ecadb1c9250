"""The records of an atlas: what the rows of its tables are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import UInt8

from diffmine.atlas.pictures import generated_png, pixels_of
from diffmine.maths.fidelity import Fidelity
from diffmine.maths.score import Score, Verdict, became_typical
from diffmine.maths.windows import Window


@dataclass(frozen=True)
class Patch:
    """A square window of an image: `row, col, size` in pixels of the image as mined.

    `rank_low` to `rank_high` are the ranks within two standard errors of its score; `noise` says
    that it cannot be told from zero, or from those a full list left out. Older atlases lack them.
    """

    patch_id: str
    label: str
    kind: str
    rank: int
    image_id: str
    row: int
    col: int
    size: int
    typicality: float
    se: float
    element: int | None = None
    distance: float | None = None
    map_x: float | None = None
    map_y: float | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    noise: bool | None = None
    own_x: float | None = None
    own_y: float | None = None


@dataclass(frozen=True)
class ArtefactWarning:
    """A share of a label's `n` top patches beside the one to be expected (`expected`).

    `test` says what it is compared with: `noise maps`, the mean of lists of noise, or `half`; None
    in an older atlas, which compares with random patches and has no bounds. 99 % of the resamples
    of `groups` groups lie between `low` and `high`, of the lists between the other two.
    """

    label: str
    kind: str
    share: float
    expected: float
    n: int
    flagged: bool
    test: str | None = None
    low: float | None = None
    high: float | None = None
    expected_low: float | None = None
    expected_high: float | None = None
    groups: int | None = None


@dataclass(frozen=True)
class Confound:
    """A thing that goes with a label's images without belonging to it: `name`, or a `column` of
    that name, at `level`, or as a number of at least `least` or (`below`) of less.

    So are `inside` of the label's `n` images and `outside` of the `m` others. The thing alone tells
    the label of the share `accuracy` of images, between `low` and `high` (95 %), where guessing
    tells `chance` (`single`: every image has one label alone). `strong`: worth a warning.
    """

    label: str
    name: str
    column: bool
    level: str
    least: float | None
    below: bool
    inside: int
    n: int
    outside: int
    m: int
    accuracy: float
    low: float
    high: float
    chance: float
    p: float
    single: bool
    strong: bool


@dataclass(frozen=True)
class Translation:
    """A picture under another label, as `pixels` or in its file: its window's typicality of that
    label before and after, the same of the source's own label, and how much of the source was kept.
    What was not measured, or is missing from an older atlas, is None."""

    target: str
    pixels: UInt8[np.ndarray, "H W 3"] | bytes
    before: Score | None = None
    after: Score | None = None
    own: tuple[Score, Score] | None = None
    fidelity: Fidelity | None = None

    @cached_property
    def picture(self) -> UInt8[np.ndarray, "H W 3"]:
        """The picture (8-bit, H W 3); one in its file is decoded when it is first looked at, for of
        many stored ones few are."""
        own = self.pixels
        return pixels_of(own) if isinstance(own, bytes) else own

    @property
    def became_typical(self) -> Verdict | None:
        """Whether the window became clearly typical of the target; None where it has no scores."""
        if self.before is None or self.after is None:
            return None
        return became_typical(self.before, self.after)

    def to_row(self, patch: Patch) -> dict[str, Any]:
        """The row of translations/ that keeps it."""
        row: dict[str, Any] = {
            "patch_id": patch.patch_id,
            "image_id": patch.image_id,
            "label": patch.label,
            "target": self.target,
            "image": {"bytes": generated_png(self.picture), "path": None},
        }
        for name, score in (("before", self.before), ("after", self.after)):
            row |= {f"typicality_{name}": score and score.typicality}
            row |= {f"se_{name}": score and score.se}
        own = self.own or (None, None)
        row |= {"own_before": own[0] and own[0].typicality}
        row |= {"own_after": own[1] and own[1].typicality}
        row |= {"outline": self.fidelity and self.fidelity.outline}
        return row | {"outside": self.fidelity and self.fidelity.outside}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Translation:
        """The translation of a row; the scores of the own label come without their errors."""

        def score(value: str, error: str | None = None) -> Score | None:
            if row.get(value) is None:
                return None
            se = row.get(error) if error else None
            return Score(row[value], math.nan if se is None else se)

        own = (score("own_before"), score("own_after"))
        outline, outside = row.get("outline"), row.get("outside")
        fidelity = None
        if outline is not None:
            fidelity = Fidelity(outline, math.nan if outside is None else outside)
        return cls(
            row["target"],
            row["image"]["bytes"],
            score("typicality_before", "se_before"),
            score("typicality_after", "se_after"),
            None if own[0] is None or own[1] is None else (own[0], own[1]),
            fidelity,
        )


@dataclass(frozen=True)
class Preview:
    """How far a translation is, and what its pictures look like so far: 8-bit (H, W, 3) for each
    target; none while the source is inverted."""

    step: int
    steps: int
    pictures: dict[str, UInt8[np.ndarray, "H W 3"]] = field(default_factory=dict)


@dataclass(frozen=True)
class Translated:
    """All translations of one picture, in the order of the targets.

    `reconstruction` is the mean absolute difference, of 255, of the source and what its inversion
    leads back to under the null prompt: no translation can be nearer. NaN where nothing is
    inverted.
    """

    translations: list[Translation]
    reconstruction: float = math.nan


@dataclass(frozen=True)
class KeptBoxes:
    """How many boxes of a file were kept, and how many were not: rows refused (with the first
    reason), boxes of images that the atlas lacks, boxes that the crop left nothing of, and boxes
    of which most lies beyond the picture."""

    kept: int = 0
    refused: int = 0
    elsewhere: int = 0
    cropped: int = 0
    reason: str = ""
    beyond: int = 0


__all__ = [
    "ArtefactWarning",
    "KeptBoxes",
    "Patch",
    "Preview",
    "Score",
    "Translated",
    "Translation",
    "Window",
]
