"""A visitor's own picture on the screen: in the page itself, so that no file of it is left."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from diffmine.app import words
from diffmine.app.cache import digest
from diffmine.app.components.chart.figures import over_labels
from diffmine.app.components.heat import heat
from diffmine.app.inspector.films import data_url, own_film
from diffmine.app.inspector.viewer import takes_examples
from diffmine.app.parts import Value
from diffmine.app.shelf import Shelf
from diffmine.app.sprites import png
from diffmine.app.tabs.inspect import texts
from diffmine.app.tabs.inspect.ranking import ranking
from diffmine.config import TypicalityConfig
from diffmine.data.files import printable
from diffmine.data.readers import read_scaled
from diffmine.data.readers.dicom.texts import LOOK
from diffmine.data.readers.wishes import Wishes
from diffmine.errors import ImageError
from diffmine.export.own import why_none
from diffmine.live.own import OwnFilm, read_own_film
from diffmine.live.records import Comparison, Inspection
from diffmine.maths.scores import TYPICALITY, measure_of
from diffmine.maths.scores.contrast import name_of

NO_CHART: Value = {"rev": "none", "data": [], "layout": {}, "title": "", "empty": ""}
SMALLEST = 4
"""A picture may be enlarged by at most this: what is invented between its pixels is no evidence."""


@dataclass(frozen=True)
class Own:
    """One visitor's picture as mined, uint8 (h, w, 3), and what was found in it so far. `label` and
    `score` are those of the map that is shown, `film` the picture at its own resolution."""

    atlas: str
    pixels: np.ndarray
    given: tuple[int, int]
    inspection: Inspection | None = None
    compared: Comparison | None = None
    label: str = ""
    score: str = ""
    film: OwnFilm | None = None

    @property
    def done(self) -> bool:
        """Whether all draws are done."""
        return self.inspection is not None and bool(self.inspection.windows)


def read_own(path: Path, shelf: Shelf) -> Own:
    """The picture of a file, as the atlas's are mined.

    Raises ImageError, in one sentence without the file's name: that is foreign text too.
    """
    if not path.is_file():
        raise ImageError(texts.PICTURE_GONE)
    try:
        wishes = Wishes.of(shelf.atlas.manifest.config.get("data", {}))
        mined, (wide, high) = read_scaled(path, shelf.mined_side, still=True, wishes=wishes)
        film = read_own_film(path, wishes, results=shelf.atlas.manifest.kind == "finding")
    except ImageError as error:
        text = str(error).replace(printable(path.name), texts.THIS_FILE, 1)
        raise ImageError(text.replace(LOOK, texts.LOOK)) from error
    side = shelf.mined_side
    if min(wide, high) * SMALLEST < side:
        raise ImageError(
            texts.PICTURE_TOO_SMALL.format(wide=wide, high=high, least=-(-side // SMALLEST))
        )
    return Own(shelf.key, np.asarray(mined), (wide, high), film=film)


def ranked(shelf: Shelf, own: Own) -> list[int]:
    """Places of the labels as the chart shows them: in order of time, else the highest first."""
    if own.inspection is None:
        return []
    places = range(len(own.inspection.labels))
    if shelf.atlas.manifest.kind == "time":
        return list(places)
    scores = own.inspection.scores
    return sorted(places, key=lambda at: -scores[at].typicality)


def chart(shelf: Shelf, own: Own) -> Value:
    """The score of the whole picture under every label."""
    if own.inspection is None:
        return NO_CHART
    places, inspection = ranked(shelf, own), own.inspection
    scores = [inspection.scores[at] for at in places]
    labels = [inspection.labels[at] for at in places]
    return over_labels(
        shelf.cache,
        labels,
        [score.typicality for score in scores],
        title=texts.OWN_CHART,
        notes=[words.signed(score.typicality, score.se) for score in scores],
        errors=[score.se for score in scores],
        ordered=shelf.atlas.manifest.kind == "time",
        marked=own.label if own.done else "",
        zero=True,
    )


def sentence(own: Own) -> str:
    """What was found, in words; empty until all draws are done."""
    if not own.done or own.inspection is None:
        return ""
    inspection = own.inspection
    name, best = inspection.labels[inspection.best], inspection.scores[inspection.best]
    return ranking(name, (best.typicality, best.se), inspection.near, len(inspection.labels) - 1)


def warning(own: Own) -> str:
    """That the picture is unlike those the model knows, if it is."""
    return f"⚠ {texts.UNFAMILIAR}" if own.compared and own.compared.above else ""


def viewer_value(shelf: Shelf, own: Own) -> Value:
    """The value of a viewer: the picture, and once it is inspected heat map, window and facts."""
    high, wide = own.pixels.shape[:2]
    address = data_url(png(own.pixels), "image/png")
    value: Value = {
        "image": {"url": address},
        "heat": None,
        "width": wide,
        "height": high,
        "size": 0,
        "title": texts.OWN_PICTURE,
        "alt": texts.OWN_ALT,
        "facts": _facts(own),
    }
    drawn: Value = {}
    if own.done and own.inspection is not None:
        at = own.inspection.labels.index(own.label)
        window = own.inspection.windows[at]
        value |= {"row": window.row, "col": window.col, "size": window.size, "label": own.label}
        value["title"] = texts.OWN_WINDOW.format(label=own.label)
        score = words.signed(window.typicality, window.se)
        value["alt"] = texts.OWN_WINDOW_ALT.format(label=own.label, score=score)
        drawn = _heat(shelf, own.inspection, at, own)
    value["film"] = _film(own, value)
    value["results"] = own.done and has_dicom(own)
    value["examples"] = takes_examples(shelf)
    value["patch"] = digest(value)
    value = {"frame": digest(value, drawn.get("scores")), **value, **drawn}
    return {"rev": digest(value), **value}


def with_film(shelf: Shelf, own: Own) -> Value:
    """The same with the film of the full screen, by its file's own numbers, which lie in the page
    alone."""
    value = viewer_value(shelf, own)
    value["films"] = [_film(own, value, own.film)]
    return value | {"rev": digest(value)}


def _film(own: Own, value: Value, film: OwnFilm | None = None) -> Value:
    framed = {"row": value["row"], "col": value["col"]} if value["size"] else None
    sides = {"height": value["size"], "width": value["size"]}
    window = framed and framed | sides
    shape = own.pixels.shape[0], own.pixels.shape[1]
    packed = film.packed if film else None
    return own_film(value["image"]["url"], shape, value["title"], window, own.given, packed)


def _heat(shelf: Shelf, inspection: Inspection, at: int, own: Own) -> Value:
    """The part of the value that changes with the map: those of a label, and the one drawn."""
    known = maps_of(shelf, inspection, at)
    name = own.score if own.score in known else next(iter(known))
    measure, full = measure_of(name) or TYPICALITY, shelf.scale_of(name)
    high, wide = own.pixels.shape[:2]
    drawn = heat.picture(known[name], (high, wide), full)
    titles = {score: (measure_of(score) or TYPICALITY).title(score) for score in known}
    return {
        "heat": {"url": data_url(drawn, "image/png")},
        "full": words.score(full),
        "scale": full,
        # Readers of films look at the film first, other visitors at the map.
        "drawn": shelf.atlas.manifest.kind != "finding",
        "scores": [{"score": score, "title": title} for score, title in titles.items()],
        "score": name,
        "unit": measure.title(name),
        "sentence": measure.sentence(name),
    }


def maps_of(shelf: Shelf, inspection: Inspection, at: int) -> dict[str, np.ndarray]:
    """The maps (h, w) of a label by their scores, the one that is shown first: the contrast with
    the label that the atlas's own maps are contrasted with, which finds more, then typicality."""
    plain = {TYPICALITY.name: inspection.maps[at]}
    other = contrast_of(shelf, inspection, at)
    if not other:
        return plain
    less = inspection.maps[at] - inspection.maps[inspection.labels.index(other)]
    return {name_of(other): less, **plain}


def contrast_of(shelf: Shelf, inspection: Inspection, at: int) -> str:
    """The label that one is contrasted with; "" where it is none."""
    other = shelf.atlas.configured(TypicalityConfig).contrast
    return other if other in inspection.labels and other != inspection.labels[at] else ""


def _facts(own: Own) -> list[list[str]]:
    high, wide = own.pixels.shape[:2]
    given_wide, given_high = own.given
    size = texts.OWN_SIZE.format(given_wide=given_wide, given_high=given_high, wide=wide, high=high)
    rows: list[list[Any]] = []
    if own.done and own.inspection is not None:
        at = own.inspection.labels.index(own.label)
        score, window = own.inspection.scores[at], own.inspection.windows[at]
        whole = words.signed(score.typicality, score.se)
        place = texts.WINDOW_PLACE.format(row=window.row, col=window.col, size=window.size)
        rows += [
            [texts.WHOLE_PICTURE, texts.SCORE_FOR.format(score=whole, label=own.label), ""],
            [texts.WINDOW, words.signed(window.typicality, window.se), ""],
            [texts.PLACE, place, ""],
            [texts.DRAWS, str(own.inspection.draws), ""],
        ]
    if own.compared is not None:
        limits = own.compared.limits
        for name, title in texts.ERRORS_OF.items():
            error, most = getattr(own.compared.own, name), getattr(limits, name)
            over = texts.ABOVE_LIMIT if name in own.compared.above else texts.WITHIN_LIMIT
            rows.append([title, over.format(error=error, most=most), ""])
    if why := why_no_dicom(own):
        rows.append([texts.RESULTS, texts.NO_DICOM.format(why=why), ""])
    return [*rows, [texts.PICTURE, size, ""]]


def has_dicom(own: Own) -> bool:
    """Whether results in DICOM can go back to a film."""
    return own.film is not None and own.film.source is not None and not why_no_dicom(own)


def why_no_dicom(own: Own) -> str:
    """Why no result in DICOM can go back to a film; "" where one can, or the file is none."""
    return why_none(own.film.source) if own.film and own.film.source else ""
