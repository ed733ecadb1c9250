"""The charts over the labels: of a whole label, or of one or two of its elements."""

from __future__ import annotations

from collections.abc import Sequence

from diffmine.app import words
from diffmine.app.components.chart.figures import number
from diffmine.app.shelf import Row, Shelf
from diffmine.app.tabs.trends import texts
from diffmine.app.tabs.trends.years import Place, elements_of, foot, name_of
from diffmine.app.texts import plurals
from diffmine.app.view import View
from diffmine.export.charts import Curve, Curves


def share(shelf: Shelf, view: View) -> Curves | None:
    """The share of each label's images that show the elements of a view; None of a whole label."""
    places = elements_of(view)
    if not places:
        return None
    columns = ("share", "low", "high", "n")
    curves = [Curve(name_of(shelf, place), *_columns(shelf, place, columns)) for place in places]
    title = texts.SHARE_OF_IMAGES.format(name=texts.AND.join(curve.name for curve in curves))
    return _chart(shelf, title, texts.SHARE_AXIS, curves, share=True)


def typicality(shelf: Shelf, view: View) -> Curves:
    """The median typicality of the patches that match the elements of a view, or of all labels'
    images for a whole label."""
    places = elements_of(view)
    if places:
        curves = [
            Curve(name_of(shelf, place), *_columns(shelf, place, ("typicality",)))
            for place in places
        ]
        name = texts.AND.join(curve.name for curve in curves)
        return _chart(shelf, texts.TREND_OF_MATCHES.format(name=name), texts.SCORE_AXIS, curves)
    rows = by_target(shelf, shelf.trends("label", label=view.label))
    values, counts = (tuple(number(row.get(name)) for row in rows) for name in ("typicality", "n"))
    curve = Curve(view.label, values, images=counts)
    return _chart(shelf, texts.TREND_OF_LABEL.format(label=view.label), texts.SCORE_AXIS, [curve])


def _chart(
    shelf: Shelf, title: str, up: str, curves: Sequence[Curve], *, share: bool = False
) -> Curves:
    return Curves(
        title=title,
        across=texts.LABEL_AXIS,
        up=up,
        names=tuple(shelf.labels),
        curves=tuple(curves),
        share=share,
        ordered=shelf.atlas.manifest.kind == "time",
        foot=foot(shelf),
    )


def notes(chart: Curves) -> list[list[str]]:
    """What is said of each label of each curve."""
    return [[_note(chart, curve, at) for at in range(len(chart.names))] for curve in chart.curves]


def _note(chart: Curves, curve: Curve, at: int) -> str:
    value = curve.values[at]
    images = int((curve.images[at] if curve.images else 0) or 0)
    if chart.share:
        return texts.SHARE_NOTE.format(share=value or 0, images=plurals(images, "image"))
    score = words.score(value)
    return texts.LABEL_NOTE.format(score=score, n=images) if curve.images else score


def _columns(shelf: Shelf, place: Place, names: Sequence[str]) -> list[tuple[float | None, ...]]:
    rows = by_target(shelf, shelf.trends("element", label=place[0], element=place[1]))
    return [tuple(number(row.get(name)) for row in rows) for name in names]


def by_target(shelf: Shelf, rows: list[Row]) -> list[Row]:
    """The row of each label, {} where there is none."""
    of = {row["target"]: row for row in rows}
    return [of.get(name, {}) for name in shelf.labels]
