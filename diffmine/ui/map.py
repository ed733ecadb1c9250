"""The map: patches as points, written to binary files that the browser reads, never as JSON."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc

from diffmine.store.atlas import Patch
from diffmine.ui import colours, words
from diffmine.ui.cache import digest, file_ref
from diffmine.ui.parts import Value
from diffmine.ui.shelf import Shelf

MOST_CROPS = 64
MOST_LANDMARKS = 64
PER_LABEL = 6
MOST_GROUPS = 255


@dataclass(frozen=True)
class Points:
    """The top patches that have a place: their names, places float32 (n, 2) and columns."""

    ids: list[str]
    xy: np.ndarray
    label: np.ndarray
    element: np.ndarray
    typicality: np.ndarray
    where: dict[str, int]


def points(shelf: Shelf, label: str | None) -> Points:
    """The points of a label, laid out among themselves, or of all.

    An older atlas has one layout only: there a label's points lie as among all.
    """
    table = shelf.atlas.table("patches")
    chosen = pc.and_(pc.equal(table["kind"], "top"), pc.is_valid(table["map_x"]))
    if label is not None:
        chosen = pc.and_(chosen, pc.equal(table["label"], label))
    rows = table.filter(chosen)
    own = label is not None and not rows["own_x"].null_count
    places = ("own_x", "own_y") if own else ("map_x", "map_y")
    ids = rows["patch_id"].to_pylist()
    order = {name: at for at, name in enumerate(shelf.labels)}
    return Points(
        ids=ids,
        xy=np.stack([rows[name].to_numpy() for name in places], 1).astype(np.float32),
        label=np.array([order.get(name, 0) for name in rows["label"].to_pylist()], np.int64),
        element=np.asarray(pc.fill_null(rows["element"], -1).to_numpy(), np.int64),
        typicality=np.asarray(rows["typicality"].to_numpy(), np.float32),
        where={name: at for at, name in enumerate(ids)},
    )


def inside(xy: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Which points (n, 2) lie inside an outline (corners, 2), by the even-odd rule: bool (n,)."""
    low, high = corners.min(0), corners.max(0)
    found = ((xy >= low) & (xy <= high)).all(1)
    x, y = xy[found].T
    hit = np.zeros(len(x), bool)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, 1, 0), strict=True):
        if y1 != y2:
            hit ^= ((y1 > y) != (y2 > y)) & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    found[found] = hit
    return found


def coded(
    shelf: Shelf, found: Points, label: str | None, colour: str
) -> tuple[np.ndarray, list[Value] | None, list[str], list[str]]:
    """A code uint8 per point, groups of the legend (None: a scale), colours, the scale's ends."""
    if colour == "typicality":
        low, high = _ends(found.typicality)
        share = (found.typicality - low) / max(high - low, 1e-12)
        codes = np.clip(share * 255, 0, 255).astype(np.uint8)
        return codes, None, colours.ordered(8), [words.score(low), words.score(high)]
    if label is None or colour == "labels":
        names, codes = shelf.labels, found.label
        in_order = shelf.atlas.manifest.kind == "time"
        shades = colours.ordered(len(names)) if in_order else colours.distinct(len(names))
    else:
        known = [row["element"] for row in shelf.elements(label)]
        names = [shelf.element_name(label, each) for each in known] + ["no element"]
        place = {each: at for at, each in enumerate(known)}
        codes = np.array([place.get(int(each), len(known)) for each in found.element], np.int64)
        shades = [*colours.distinct(len(known)), "#888888"] if known else ["#888888"]
    codes = np.minimum(codes, MOST_GROUPS).astype(np.uint8)
    counts = np.bincount(codes, minlength=len(names))[: len(names)]
    last = len(names) if counts[-1] or len(names) == 1 or label is None else len(names) - 1
    groups = [{"name": str(names[at]), "count": int(counts[at])} for at in range(last)]
    return codes, groups[:MOST_GROUPS], list(shades[: len(groups)]), []


def _ends(values: np.ndarray) -> tuple[float, float]:
    if not len(values):
        return 0.0, 1.0
    return float(np.percentile(values, 2)), float(np.percentile(values, 98))


def landmarks(shelf: Shelf, found: Points, label: str | None) -> tuple[list[int], list[Patch]]:
    """The central patch of each element: where it is among the points, and itself."""
    at: list[int] = []
    patches: list[Patch] = []
    for name in shelf.labels if label is None else [label]:
        rows = shelf.elements(name)[: PER_LABEL if label is None else None]
        for row in rows:
            central = shelf.atlas.element(name, row["element"], 1)
            if central and central[0].patch_id in found.where and len(at) < MOST_LANDMARKS:
                at.append(found.where[central[0].patch_id])
                patches.append(central[0])
    return at, patches


def map_value(
    shelf: Shelf, found: Points, label: str | None, colour: str, focus: list[int]
) -> Value:
    """The value of a ScatterMap."""
    codes, groups, shades, ends = coded(shelf, found, label, colour)
    raw = found.xy[:, 0].tobytes() + found.xy[:, 1].tobytes()
    place, tints = digest(shelf.key, label, raw), digest(codes.tobytes())
    at, patches = landmarks(shelf, found, label)
    cache = shelf.cache
    value: Value = {
        "n": len(found.ids),
        "place": place,
        "points": file_ref(cache.file(f"{place}.bin", lambda: raw)),
        "codes": file_ref(cache.file(f"{tints}.bin", lambda: codes.tobytes())),
        "groups": groups,
        "colours": shades,
        "span": ends,
        "scope": {"atlas": shelf.key, "label": label},
        "landmarks": {"points": at, "sheet": shelf.sheet(patches).value()} if at else None,
        "lib": file_ref(cache.plotly),
    }
    return {"rev": digest(value), **value, "focus": focus}


def crops(shelf: Shelf, found: Points, wanted: list[int]) -> dict[str, Any]:
    """A sheet of the points' crops as a data address, with a line of text for each."""
    patches = [shelf.atlas.patch(found.ids[at]) for at in wanted[:MOST_CROPS]]
    sheet = shelf.sheet(patches)
    content = base64.b64encode(sheet.path.read_bytes()).decode()
    value = sheet.value() | {"file": None, "src": f"data:image/png;base64,{content}"}
    value["texts"] = [
        f"{each.label}, No. {each.rank:,}: {words.score(each.typicality, each.se)}"
        for each in patches
    ]
    return value
