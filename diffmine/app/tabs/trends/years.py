"""Elements by the actual years of their images, whose dates are spans (maths/spans.py)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from diffmine.app import texts as shared
from diffmine.app import words
from diffmine.app.bins import Time, passing, time_of
from diffmine.app.components.chart.figures import number
from diffmine.app.shelf import Shelf
from diffmine.app.tabs.trends import texts
from diffmine.app.texts import plurals
from diffmine.app.view import View
from diffmine.atlas.filters import Filter
from diffmine.atlas.records import Patch
from diffmine.atlas.several import COLUMNS, labels_of
from diffmine.export.charts import Curve, Curves
from diffmine.export.figure import about
from diffmine.maths.spans import Course, course, overlaps

MOST_SHOWN = 60

Place = tuple[str, int]


def elements_of(view: View) -> list[Place]:
    """The elements that a view compares, by label and number: the one that is open, and the one
    beside it."""
    own = [] if view.element is None else [(view.label, view.element)]
    beside = [] if view.versus is None or view.versus in own else [view.versus]
    return own + beside if own else []


def name_of(shelf: Shelf, place: Place) -> str:
    """An element with its label."""
    return texts.ELEMENT_OF.format(element=shelf.element_name(*place), label=place[0])


def by_year(shelf: Shelf, view: View) -> Curves | None:
    """The share of the images of each bin that show the elements of a view, or of a whole label the
    number of its images there; None where the years of an atlas do not differ."""
    time = time_of(shelf, view.bin)
    if time is None:
        return None
    places = elements_of(view)
    if places:
        curves = tuple(_course(shelf, place, time, view.filter) for place in places)
        whole = all(shelf.looker.of(*place).whole for place in places)
        title = texts.SHARE_BY_YEAR if whole else texts.MINED_BY_YEAR
    else:
        curves = tuple(_images(shelf, one, time, view.filter) for one in (view.label, None))
        title = texts.IMAGES_BY_YEAR
    name = texts.AND.join(curve.name for curve in curves) if places else view.label
    middles = (time.ends[:, 0] + time.ends[:, 1] + 1) / 2
    return Curves(
        title=title.format(name=name),
        across=texts.YEAR_AXIS,
        up=texts.SHARE_AXIS if places else texts.IMAGES_AXIS,
        names=tuple(one.label for one in time.bins),
        at=tuple(middles.tolist()),
        curves=curves,
        share=bool(places),
        foot=foot(shelf),
    )


def foot(shelf: Shelf) -> str:
    """What stands at the foot of a chart that is taken away."""
    return about(shelf.atlas, errors=False)


def notes(chart: Curves) -> list[list[str]]:
    """What is said of each place of each curve; nothing where nothing is known."""
    return [[_note(chart, curve, at) for at in range(len(chart.names))] for curve in chart.curves]


def _note(chart: Curves, curve: Curve, at: int) -> str:
    value, images = curve.values[at], curve.images[at] if curve.images else None
    if value is None:
        return ""
    if not chart.share:
        return texts.IMAGES_THERE.format(images=value)
    if not curve.low:
        return texts.SHARE_ALONE.format(share=value)
    return texts.SHARE_THERE.format(
        share=value, low=curve.low[at] or 0.0, high=curve.high[at] or 0.0, images=images or 0.0
    )


def _course(shelf: Shelf, place: Place, time: Time, filter: Filter) -> Curve:
    key = (shelf.key, shelf.version, shelf.atlas.edited, place, time.width, filter)
    if key not in _COURSES:
        dated = shelf.dated
        shows = np.zeros(len(dated.first), bool)
        shows[shelf.looker.of(*place).images] = True
        counted = passing(shelf, filter)[dated.closed]
        shows, group = shows[dated.closed], dated.group[dated.closed]
        _COURSES[key] = course(dated.spans()[counted], group[counted], shows[counted], time.ends)
        while len(_COURSES) > _KEPT:
            _COURSES.pop(next(iter(_COURSES)), None)
    one = _COURSES[key]
    columns = (one.share, one.low, one.high, one.weight)
    return Curve(name_of(shelf, place), *(tuple(map(number, column)) for column in columns))


_KEPT = 256
_COURSES: dict[tuple[object, ...], Course] = {}
"""What was computed last, of all atlases."""


def _images(shelf: Shelf, label: str | None, time: Time, filter: Filter) -> Curve:
    """How many images of a label, or of all, lie in each bin."""
    counted = passing(shelf, filter)
    if label is not None:
        counted &= _of_label(shelf, label)
    spans = shelf.dated.spans()[counted[shelf.dated.closed]]
    known, often = np.unique(spans, axis=0, return_counts=True)
    weight = often @ overlaps(known, time.ends)
    return Curve(label or texts.ALL_IMAGES, tuple(map(float, weight)))


def _of_label(shelf: Shelf, label: str) -> np.ndarray:
    table = shelf.atlas.table("images", COLUMNS)
    return np.array([label in own for own in labels_of(table)], bool)


def told(shelf: Shelf, view: View) -> str:
    """What has to be known of the chart: images that it leaves out, and what was looked at."""
    dated, total = shelf.dated, len(shelf.dated.first)
    parts = [texts.DATED.format(count=int(dated.closed.sum()), images=plurals(total, "image"))]
    if dated.undated:
        parts.append(texts.UNDATED.format(images=plurals(dated.undated, "image")))
    if dated.open:
        parts.append(texts.OPEN.format(images=plurals(dated.open, "image")))
    if view.filter:
        count = int(passing(shelf, view.filter).sum())
        parts.append(texts.FILTERED.format(images=plurals(count, "image")))
    if any(not shelf.looker.of(*place).whole for place in elements_of(view)):
        parts.append(texts.MINED_ONLY)
    return " ".join(parts)


def behind(shelf: Shelf, view: View, curve: int, at: int) -> tuple[str, list[Patch]]:
    """A line on a point of the chart, and the patches behind it, one of each image: those whose
    dates are narrowest first, among them those nearest to the element's centre."""
    time = time_of(shelf, view.bin)
    places = elements_of(view)
    assert time is not None, "a chart was drawn"
    bin = time.bins[at]
    inside = ~((shelf.dated.last < bin.first) | (shelf.dated.first > bin.last))
    inside &= shelf.dated.closed & passing(shelf, view.filter)
    if places:
        known = shelf.looker.of(*places[curve])
        here = np.flatnonzero(inside[known.images])
        span = (shelf.dated.last - shelf.dated.first)[known.images[here]]
        order = here[np.lexsort((known.distances[here], span))]
        rows = known.patches[order]
        patches = shelf.atlas.patches_at(rows[rows >= 0][:MOST_SHOWN])
        name = name_of(shelf, places[curve])
    else:
        if not curve:  # the label; the other curve is all images
            inside &= _of_label(shelf, view.label)
        names = shelf.atlas.table("images", ["image_id"])["image_id"].filter(pa.array(inside))
        labels = shelf.labels if curve else [view.label]
        patches = first_of_images(shelf, labels, names, MOST_SHOWN)
        order, name = np.flatnonzero(inside), texts.ALL_IMAGES if curve else view.label
    images = plurals(len(order), "image")
    text = texts.POINT_OF if len(order) <= len(patches) else texts.POINT_SOME
    name, label = words.markdown(name), words.markdown(bin.label)
    return text.format(name=name, years=label, images=images, count=len(patches)), patches


def first_of_images(
    shelf: Shelf, labels: Sequence[str], images: pa.ChunkedArray, most: int
) -> list[Patch]:
    """The best patch of each of some images, label by label, in each the best first."""
    best: dict[str, Patch] = {}
    for label in labels:
        rows = shelf.atlas.rows(label)
        for row in rows.filter(pc.is_in(rows["image_id"], images)).to_pylist():
            best.setdefault(row["image_id"], Patch(**row))
        if len(best) >= most:
            break
    return list(best.values())[:most]


def date_of(shelf: Shelf, image_id: str) -> str:
    """When an image is from, "undated" where nobody knows."""
    return words.date(shelf.atlas.image(image_id)) or shared.NO_DATE
