"""What to doubt of a whole atlas, line by line, as `diffmine info` says it."""

from __future__ import annotations

from collections.abc import Iterator

from diffmine.atlas.reader import Atlas
from diffmine.atlas.support import Supports
from diffmine.words.elements import thin_count
from diffmine.words.warnings import BRACKETS, doubts


def lines(atlas: Atlas) -> Iterator[str]:
    """How many elements are thin, the doubts of every label, and how they were come by."""
    if atlas.has("elements"):
        known = Supports(atlas)
        supports = [support for label in atlas.labels for support in known.of(label).values()]
        yield thin_count(sum(support.thin for support in supports), len(supports))
    for label in atlas.labels:
        yield from (f"warning: {label}: {doubt}" for doubt in doubts(atlas, label))
    if any(warning.test for warning in atlas.warnings()):
        yield BRACKETS
