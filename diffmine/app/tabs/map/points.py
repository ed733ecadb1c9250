"""The map: patches as points, written to binary files that the browser reads, never as JSON."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from PIL import Image

from diffmine.app import colours, words
from diffmine.app import texts as shared
from diffmine.app.bins import bin_of, time_of
from diffmine.app.cache import digest, file_ref
from diffmine.app.components.filters.filters import to_query
from diffmine.app.parts import Value
from diffmine.app.shelf import Shelf
from diffmine.app.tabs.map import texts
from diffmine.atlas.filters import EVERYTHING, Filter
from diffmine.atlas.records import Patch
from diffmine.maths.artefacts import is_flat

MOST_CROPS = 64
_LOOKED_AT = 4
MOST_LANDMARKS = 64
PER_LABEL = 6
MOST_GROUPS = 128
"""Of more labels the later ones share one colour: eight hues in four shades repeat anyway."""


@dataclass(frozen=True)
class Points:
    """The top patches that have a place: their rows in patches.parquet, ascending, places
    float32 (n, 2) and columns. `element` is -1 for none, and for
    every point where the points of all labels are shown: nothing is coloured by it there."""

    rows: np.ndarray
    xy: np.ndarray
    label: np.ndarray
    element: np.ndarray
    typicality: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    def only(self, chosen: np.ndarray) -> Points:
        """Some of them: `chosen` is bool (n,)."""
        columns = (self.rows, self.xy, self.label, self.element, self.typicality)
        return Points(*(column[chosen] for column in columns))

    @cached_property
    def raw(self) -> bytes:
        """All x, then all y, as the browser reads them."""
        return self.xy[:, 0].tobytes() + self.xy[:, 1].tobytes()

    @cached_property
    def name(self) -> str:
        """Digest of the places and of whose they are."""
        return hashlib.sha256(self.rows.tobytes() + self.raw).hexdigest()[:32]

    def at(self, row: int | None) -> int | None:
        """Which point a row of patches.parquet is; None when it is none."""
        if row is None or not len(self):
            return None
        place = min(int(np.searchsorted(self.rows, row)), len(self) - 1)
        return place if self.rows[place] == row else None

    def patches(self, shelf: Shelf, chosen: Sequence[int] | np.ndarray) -> list[Patch]:
        """The patches of some points, in the order asked for."""
        return shelf.atlas.patches_at(self.rows[np.asarray(chosen, np.int64)])


def points(shelf: Shelf, label: str | None) -> Points:
    """The points of a label, laid out among themselves, or of all.

    An older atlas has one layout only: there a label's points lie as among all.
    """
    atlas = shelf.atlas
    if label is None:
        return _every(shelf)
    rows = atlas.rows(label)
    placed = np.flatnonzero(rows["map_x"].is_valid().to_numpy())
    rows = rows.take(pa.array(placed))
    places = ("map_x", "map_y") if rows["own_x"].null_count else ("own_x", "own_y")
    at = shelf.labels.index(label) if label in shelf.labels else 0
    return Points(
        rows=atlas.bounds(label)[0] + placed,
        xy=np.stack([rows[name].to_numpy() for name in places], 1).astype(np.float32),
        label=np.full(len(placed), at, np.int32),
        element=np.asarray(pc.fill_null(rows["element"], -1).to_numpy(), np.int32),
        typicality=np.asarray(rows["typicality"].to_numpy(), np.float32),
    )


def _every(shelf: Shelf) -> Points:
    """The points of all labels: three columns are read, not the table."""
    atlas = shelf.atlas
    columns = atlas.lists.columns(["map_x", "map_y", "typicality"])
    x, y, score = (
        np.asarray(columns[name].to_numpy(), np.float32) for name in columns.column_names
    )
    label = np.full(len(x), -1, np.int32)
    for at, name in enumerate(shelf.labels):
        label[slice(*atlas.bounds(name))] = at
    rows = np.flatnonzero((label >= 0) & ~np.isnan(x))
    return Points(
        rows=rows,
        xy=np.stack([x[rows], y[rows]], 1),
        label=label[rows],
        element=np.full(len(rows), -1, np.int32),
        typicality=score[rows],
    )


def inside(xy: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Which points (n, 2) lie inside an outline (corners, 2), by the even-odd rule: bool (n,)."""
    low, high = corners.min(0), corners.max(0)
    mask = ((xy >= low) & (xy <= high)).all(1)
    x, y = xy[mask].T
    hit = np.zeros(len(x), bool)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, 1, 0), strict=True):
        if y1 != y2:
            hit ^= ((y1 > y) != (y2 > y)) & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    mask[mask] = hit
    return mask


def coded(
    shelf: Shelf, points: Points, label: str | None, colour: str
) -> tuple[np.ndarray, list[Value] | None, list[str], list[str]]:
    """A code uint8 per point, groups of the legend (None: a scale), colours, the scale's ends."""
    if colour == "typicality":
        low, high = _ends(points.typicality)
        share = (points.typicality - low) / max(high - low, 1e-12)
        codes = np.clip(share * 255, 0, 255).astype(np.uint8)
        return codes, None, colours.ordered(8), [words.score(low), words.score(high)]
    if colour == "years":
        return _by_years(shelf, points)
    in_order = False
    if label is None or colour == "labels":
        names, codes = shelf.labels, points.label
        in_order = shelf.atlas.manifest.kind == "time"
        shades = colours.ordered(len(names)) if in_order else colours.distinct(len(names))
    else:
        known = [row["element"] for row in shelf.elements(label)]
        names = [shelf.element_name(label, element) for element in known] + [texts.NO_ELEMENT]
        place = {element: at for at, element in enumerate(known)}
        element_codes = (place.get(element, len(known)) for element in points.element.tolist())
        codes = np.fromiter(element_codes, np.int64, len(points))
        shades = [*colours.distinct(len(known)), "#888888"] if known else ["#888888"]
    if len(names) > MOST_GROUPS:
        names, shades, codes = _fewer(names, shades, np.asarray(codes), in_order=in_order)
    codes = np.asarray(codes).astype(np.uint8)
    counts = np.bincount(codes, minlength=len(names))[: len(names)]
    last = len(names) if counts[-1] or len(names) == 1 or label is None else len(names) - 1
    groups = [{"name": str(names[at]), "count": int(counts[at])} for at in range(last)]
    return codes, groups, list(shades[: len(groups)]), []


def _fewer(
    names: list[str], shades: list[str], codes: np.ndarray, *, in_order: bool
) -> tuple[list[str], list[str], np.ndarray]:
    """Names, colours and codes of MOST_GROUPS groups: neighbours together where the names have an
    order, else the later ones together, which no colour would tell apart."""
    if not in_order:
        last = MOST_GROUPS - 1
        others = texts.OTHER_LABELS.format(count=len(names) - last)
        return [*names[:last], others], [*shades[:last], "#999999"], np.minimum(codes, last)
    step = math.ceil(len(names) / MOST_GROUPS)
    parts = [names[at : at + step] for at in range(0, len(names), step)]
    joined = [texts.FROM_TO.format(first=part[0], last=part[-1]) for part in parts]
    return joined, colours.ordered(len(joined)), codes // step


def _by_years(shelf: Shelf, points: Points) -> tuple[np.ndarray, list[Value], list[str], list[str]]:
    """Points by the bin of years that their image's date lies in, in grey those of no one bin."""
    time = time_of(shelf, 0)
    bins = time.bins if time else []
    none = len(bins) + 1
    of_image = bin_of(shelf, time) if time else np.full(len(shelf.dated.first), none)
    codes = np.append(of_image, none)[shelf.listing.image_of[points.rows]]
    counts = np.bincount(codes, minlength=len(bins) + 2)
    names = [*(one.label for one in bins), texts.SEVERAL_BINS, shared.NO_DATE]
    shades = [*(colours.ordered(len(bins)) if bins else []), "#a0a0a0", "#707070"]
    last = max(int(at) for at in [*np.flatnonzero(counts), 0]) + 1
    last = max(last, len(bins))
    groups: list[Value] = [
        {"name": name, "count": count}
        for name, count in zip(names[:last], counts.tolist()[:last], strict=True)
    ]
    return codes.astype(np.uint8), groups, shades[:last], []


def _ends(values: np.ndarray) -> tuple[float, float]:
    if not len(values):
        return 0.0, 1.0
    return float(np.percentile(values, 2)), float(np.percentile(values, 98))


def landmarks(shelf: Shelf, points: Points, label: str | None) -> tuple[list[int], list[Patch]]:
    """The central patches of at most MOST_LANDMARKS elements: where they are among the points, and
    the patches. With more labels than that, the elements of labels at even steps."""
    names = shelf.labels if label is None else [label]
    step = max(math.ceil(len(names) / MOST_LANDMARKS), 1)
    names = names[::step]
    most = MOST_LANDMARKS if label is not None else min(PER_LABEL, MOST_LANDMARKS // len(names))
    central = [
        patch
        for name in names
        for row in shelf.elements(name)[:most]
        for patch in _shown(shelf, shelf.atlas.element(name, row["element"], _LOOKED_AT))
    ]
    rows = shelf.atlas.lists.names.rows([patch.patch_id for patch in central])
    places = [points.at(row) for row in rows.tolist()]
    known = [(at, patch) for at, patch in zip(places, central, strict=True) if at is not None]
    return [at for at, _ in known], [patch for _, patch in known]


def map_value(
    shelf: Shelf,
    points: Points,
    label: str | None,
    colour: str,
    focus: list[int],
    filter: Filter = EVERYTHING,
) -> Value:
    """The value of a ScatterMap."""
    codes, groups, shades, ends = coded(shelf, points, label, colour)
    place = digest(shelf.key, label, points.name)
    tints = hashlib.sha256(codes.tobytes()).hexdigest()
    at, patches = landmarks(shelf, points, label)
    cache = shelf.cache
    value: Value = {
        "n": len(points),
        "place": place,
        "points": file_ref(cache.file(f"{place}.bin", lambda: points.raw)),
        "codes": file_ref(cache.file(f"{tints}.bin", lambda: codes.tobytes())),
        "groups": groups,
        "colours": shades,
        "span": ends,
        "scope": {"atlas": shelf.key, "label": label, "filter": to_query(filter)},
        "landmarks": _pictures(shelf, at, patches) if at else None,
        "lib": file_ref(cache.plotly),
    }
    return {"rev": digest(value), **value, "focus": focus}


def _pictures(shelf: Shelf, at: list[int], patches: list[Patch]) -> Value:
    generated = [shelf.made(patch.image_id) for patch in patches]
    return {"points": at, "sheet": shelf.sheet(patches).value(), "made": generated}


def _shown(shelf: Shelf, central: list[Patch]) -> list[Patch]:
    """The first of some patches that shows anything; none where all are bare."""
    return [patch for patch in central if not bare(shelf, patch)][:1]


def bare(shelf: Shelf, patch: Patch) -> bool:
    """Whether a patch is nearly of one colour, so that its picture would show nothing."""
    return is_flat(np.asarray(Image.fromarray(shelf.crop(patch)).convert("L")))


def crops(shelf: Shelf, points: Points, wanted: list[int]) -> dict[str, Any]:
    """A sheet of the points' crops as a data URL, with a line of text for each."""
    patches = points.patches(shelf, wanted[:MOST_CROPS])
    sheet = shelf.sheet(patches)
    content = base64.b64encode(sheet.path.read_bytes()).decode()
    value = sheet.value() | {"file": None, "src": f"data:image/png;base64,{content}"}
    value["made"] = [shelf.made(patch.image_id) for patch in patches]
    value["bare"] = [bare(shelf, patch) for patch in patches]
    value["texts"] = [
        texts.MAP_POINT.format(
            label=patch.label, rank=patch.rank, score=words.score(patch.typicality, patch.se)
        )
        for patch in patches
    ]
    return value
