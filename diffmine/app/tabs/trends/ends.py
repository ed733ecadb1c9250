"""When an element is first and last seen for sure, with the images that show it.

An image dated from year a to year b was there by b, and not before a. The element was there by the
earliest b of the images that show it, and still after the latest a.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from diffmine.app.components.rows.rows import rows_value
from diffmine.app.components.wall.wall import item
from diffmine.app.parts import NOTHING, Value
from diffmine.app.shelf import Shelf
from diffmine.app.tabs.trends import texts
from diffmine.app.tabs.trends.years import Place, date_of, name_of
from diffmine.app.texts import plurals
from diffmine.atlas.records import Patch
from diffmine.data.dates.texts import year

SHOWN = 6


def ends(shelf: Shelf, places: Sequence[Place]) -> Value:
    """Rows of pictures: of each element its first and its last sure appearance."""
    rows: list[Value] = []
    patches: list[Patch] = []
    for place in places:
        for last in (False, True):
            row = _row(shelf, place, patches, last=last)
            if row:
                rows.append(row)
    if not rows:
        return NOTHING
    return rows_value(shelf.sheet(patches) if patches else None, rows)


def _row(shelf: Shelf, place: Place, patches: list[Patch], *, last: bool) -> Value | None:
    known, dated = shelf.looker.of(*place), shelf.dated
    first_year, last_year = dated.first[known.images], dated.last[known.images]
    sure, other = (first_year, last_year) if last else (last_year, first_year)
    there = np.flatnonzero(~np.isnan(sure))
    if not len(there):
        return None
    sign = -1 if last else 1
    order = there[np.lexsort((known.distances[there], sign * other[there], sign * sure[there]))]
    limit = int(sure[order[0]])
    title = (texts.LAST_SEEN if last else texts.FIRST_SEEN).format(year=year(limit))
    facts = [name_of(shelf, place), _perhaps(other, sure, limit, last=last)]
    facts.append(plurals(len(known.images), "image"))
    rows = known.patches[order]
    unseen = int((rows[:SHOWN] < 0).sum())
    evidence = shelf.atlas.patches_at(rows[rows >= 0][:SHOWN])
    if unseen:
        facts.append(texts.NOT_MINED.format(images=plurals(unseen, "image")))
    items = [
        item(shelf, patch, caption=date_of(shelf, patch.image_id), at=len(patches) + at)
        for at, patch in enumerate(evidence)
    ]
    patches += evidence
    key = evidence[0].patch_id if evidence else ""
    return {"key": key, "title": title, "facts": [fact for fact in facts if fact], "items": items}


def _perhaps(other: np.ndarray, sure: np.ndarray, limit: int, *, last: bool) -> str:
    """How much earlier, or later, it may have been there, by the widest of the dates."""
    if np.isnan(other[~np.isnan(sure)]).any():
        return texts.PERHAPS_LATER if last else texts.PERHAPS_EARLIER
    bound = int(other.max() if last else other.min()) if len(other) else limit
    if bound == limit:
        return ""
    return (texts.PERHAPS_TO if last else texts.PERHAPS_FROM).format(year=year(bound))
