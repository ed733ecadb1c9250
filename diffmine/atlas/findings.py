"""What is worth seeing first in an atlas: an element that comes, one that goes, and what to doubt.

Of elements only what is sure counts: the bounds of their shares, 95 % of the resamples of whole
groups, must lie apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from diffmine.atlas.reader import Atlas
from diffmine.atlas.records import ArtefactWarning
from diffmine.atlas.support import Supports
from diffmine.atlas.trends import trend_rows


@dataclass(frozen=True)
class Share:
    """The share of a label's images that show an element, with its bounds, 0 to 1."""

    label: str
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Change:
    """An element of `label` that is sure to be seen in more images of it than of another label:
    it `comes` after that one, it `goes` before that one, or no label of a set without an order has
    as much (`own`). `patch_id` is the patch at its centre."""

    kind: str
    label: str
    element: int
    patch_id: str
    here: Share
    there: Share

    @property
    def gap(self) -> float:
        """How far the bounds of both shares lie apart."""
        return self.here.low - self.there.high


@dataclass(frozen=True)
class Doubt:
    """A sign that the top patches of a label show the data set; `patch_id` is the first of them."""

    warning: ArtefactWarning
    patch_id: str


def changes(atlas: Atlas) -> list[Change]:
    """The clearest rise and the clearest fall of an element, or of labels without an order the two
    elements that are most their own label's; fewer where nothing is sure."""
    courses = _courses(atlas)
    chosen: list[Change] = []
    kinds = ("comes", "goes") if atlas.manifest.kind == "time" else ("own", "own")
    for kind in kinds:
        used = {change.label for change in chosen} if kind == "own" else set()
        elements = {(change.label, change.element) for change in chosen}
        every = (change for key, course in courses.items() for change in _pairs(kind, key, course))
        sure = [
            change
            for change in every
            if change.gap > 0
            and change.label not in used
            and (change.label, change.element) not in elements
        ]
        chosen += _first(atlas, sorted(sure, key=lambda change: -change.gap))
    return chosen


def doubt(atlas: Atlas) -> Doubt | None:
    """The warning that lies farthest above what is expected, of noise only if there is no other;
    None where nothing is flagged."""
    warnings = [warning for label in atlas.labels for warning in atlas.warnings(label)]
    warnings.sort(key=lambda one: (one.kind == "noise", one.expected - one.share))
    for warning in warnings:
        if first := atlas.patches(warning.label, count=1):
            return Doubt(warning, first[0].patch_id)
    return None


def _courses(atlas: Atlas) -> dict[tuple[str, int], list[Share]]:
    """By label and element, the shares of all labels in their order."""
    courses: dict[tuple[str, int], dict[str, Share]] = {}
    for row in trend_rows(atlas, "element").to_pylist():
        bounds = [row["share"], row["low"], row["high"]]
        if all(value is not None and math.isfinite(value) for value in bounds):
            course = courses.setdefault((row["label"], row["element"]), {})
            course[row["target"]] = Share(row["target"], *bounds)
    return {
        key: [course[label] for label in atlas.labels if label in course]
        for key, course in courses.items()
    }


def _pairs(kind: str, key: tuple[str, int], course: list[Share]) -> Iterator[Change]:
    """The own share of an element beside those that it may be compared with."""
    label, element = key
    own = next((at for at, share in enumerate(course) if share.label == label), None)
    if own is None or len(course) < 2:
        return
    others = {"comes": course[:own], "goes": course[own + 1 :]}.get(kind)
    if others is None:
        others = [max(course[:own] + course[own + 1 :], key=lambda share: share.high)]
    for there in others:
        yield Change(kind, label, element, "", course[own], there)


def _first(atlas: Atlas, sure: list[Change]) -> list[Change]:
    """The first of some changes whose element rests on enough, with the patch at its centre."""
    supports = Supports(atlas)
    for change in sure[:50]:
        support = supports.of(change.label).get(change.element)
        if support is not None and not support.thin:
            (central,) = atlas.element(change.label, change.element, 1)
            return [replace(change, patch_id=central.patch_id)]
    return []
