"""Mining: patches against boxes, clusters against the things that boxes name (section 4).

precision   share of the best k patches that hit a box of their label, for k up to the first that
            takes in all patches of a method
recall      share of the label's elements that one of the best 200 patches hits
purity      share of a cluster's patches that show what most of them show; a patch may show several
agreement   Spearman's correlation of a patch's score and whether it hits
confounds   things of no or another label that top patches show    (evaluate/confounds.py)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from scipy.stats import spearmanr

from diffmine.maths.bootstrap import Bootstrap, interval, mean_of
from diffmine.stages.evaluate.cases import Truth
from diffmine.stages.evaluate.confounds import confounds

HALF = 0.5
TOPS = (50, 200, 1000)
RECALL_AT = 200
NOTHING = "nothing"

Row = dict[str, Any]


class Place(NamedTuple):
    """A window of an image in pixels, its score and the cluster it is in."""

    image_id: str
    row: int
    col: int
    size: int
    score: float
    element: int | None = None


@dataclass(frozen=True)
class PatchList:
    """The patches that a method gives for a label, best first; `kind` as in patches.parquet."""

    method: str
    label: str
    kind: str
    places: Sequence[Place]


def hit_shares(
    windows: Float[np.ndarray, "n 4"], boxes: Float[np.ndarray, "m 4"]
) -> Float[np.ndarray, "n m"]:
    """What a window and a box share, as a share of the most that two of their sizes can.

    Both are (row, col, height, width). A window HITS a box where this is at least one half: a
    small thing lies mostly in the window, the window mostly on a large thing, or a strip that is
    longer than the window runs through it.
    """
    ends = [each[:, :2] + each[:, 2:] for each in (windows, boxes)]
    low = np.maximum(windows[:, None, :2], boxes[None, :, :2])  # n m 2
    high = np.minimum(ends[0][:, None], ends[1][None])
    most = np.minimum(windows[:, None, 2:], boxes[None, :, 2:])
    return (np.clip(high - low, 0, None) / most).prod(axis=2)


@dataclass(frozen=True)
class Seen:
    """What the judged patches of a list show: `hit` a box of their label, `elements` of their label
    they hit, `strange` those that are not of it."""

    hit: Bool[np.ndarray, " n"]
    elements: list[frozenset[str]]
    strange: list[frozenset[str]]
    places: list[Place]
    groups: list[int]


def see(found: PatchList, truth: Truth, complete: bool) -> Seen:
    """Look at the patches of images whose boxes are known, in their order; with `complete` images
    without a box are known to hold nothing."""
    hit: list[bool] = []
    elements: list[frozenset[str]] = []
    strange: list[frozenset[str]] = []
    places: list[Place] = []
    groups: list[int] = []
    for place in found.places:
        image = truth.images.get(place.image_id)
        boxes = truth.boxes.get(place.image_id)
        if image is None or (boxes is None and not complete):
            continue
        window = np.array([[place.row, place.col, place.size, place.size]], np.float64)
        sides = np.array([side for _, _, side in boxes or []], np.float64).reshape(-1, 4)
        shares = hit_shares(window, sides)[0]
        named = [(label, name or label or "thing") for label, name, _ in boxes or []]
        hits = [at for at in range(len(named)) if shares[at] >= HALF]
        own = [at for at in hits if named[at][0] == found.label]
        hit.append(bool(own))
        elements.append(frozenset(named[at][1] for at in own))
        strange.append(frozenset(named[at][1] for at in hits if at not in own))
        places.append(place)
        groups.append(image["number"])
    return Seen(np.array(hit, bool), elements, strange, places, groups)


def judge_patches(
    lists: Sequence[PatchList], truth: Truth, complete: bool, count: int, seed: int
) -> dict[str, list[Row]]:
    """Rows of each part but trends; label "" is the mean over labels."""
    seen = [(each, see(each, truth, complete)) for each in lists]
    every = [group for _, each in seen for group in each.groups]
    bootstrap = Bootstrap(np.array(every, np.int64), count, seed)
    named = _elements(truth)
    top = [(each, found) for each, found in seen if each.kind == "top"]
    return {
        "precision": _precision(seen, bootstrap),
        "recall": [_recall(each, found, named) for each, found in top if named.get(each.label)],
        "purity": [row for each, found in top for row in purity(each, found)],
        "agreement": [_agreement(each, found) for each, found in seen],
        "confounds": _confounds(seen),
    }


def _confounds(seen: list[tuple[PatchList, Seen]]) -> list[Row]:
    """Of methods that have random patches beside their top ones."""
    control = {(each.method, each.label): what for each, what in seen if each.kind == "random"}
    return [
        {"method": each.method} | row
        for each, what in seen
        if each.kind == "top" and (each.method, each.label) in control
        for row in confounds(each.label, what.strange, control[each.method, each.label].strange)
    ]


def _precision(seen: list[tuple[PatchList, Seen]], bootstrap: Bootstrap) -> list[Row]:
    rows: list[Row] = []
    for method, kind in dict.fromkeys((each.method, each.kind) for each, _ in seen):
        own = [pair for pair in seen if (pair[0].method, pair[0].kind) == (method, kind)]
        for top in _tops(max(len(what.hit) for each, what in seen if each.method == method)):
            head: Row = {"method": method, "kind": kind, "top": top}
            found: list[Row] = []
            resampled: list[np.ndarray] = []
            for each, what in own:
                hit, groups = what.hit[:top].astype(np.float64), what.groups[:top]
                if not len(hit):
                    continue
                resampled.append(bootstrap.means(hit, np.array(groups, np.int64)))
                low, high = interval(resampled[-1])
                figures = {"precision": float(hit.mean()), "low": low, "high": high}
                found.append(head | {"label": each.label, "n": len(hit)} | figures)
            if found:
                low, high = interval(mean_of(resampled))
                mean = float(np.mean([row["precision"] for row in found]))
                count = sum(row["n"] for row in found)
                over = {"label": "", "n": count, "precision": mean, "low": low, "high": high}
                rows += [head | over, *found]
    return rows


def _tops(longest: int) -> list[int]:
    """Those of TOPS that tell of lists up to `longest` what a smaller one does not."""
    return [top for top, before in zip(TOPS, (0, *TOPS), strict=False) if before < longest]


def _elements(truth: Truth) -> dict[str, set[str]]:
    """The elements that boxes of each label name."""
    found: dict[str, set[str]] = {}
    for boxes in truth.boxes.values():
        for label, element, _ in boxes:
            if label and element:
                found.setdefault(label, set()).add(element)
    return found


def _recall(each: PatchList, seen: Seen, named: dict[str, set[str]]) -> Row:
    known = named[each.label]
    found = known & set().union(*seen.elements[:RECALL_AT])
    return {
        "method": each.method,
        "label": each.label,
        "recall": len(found) / len(known),
        "found": sorted(found),
        "missed": sorted(known - found),
    }


def purity(each: PatchList, seen: Seen) -> list[Row]:
    """For each cluster of a list what most of its patches show (`nothing` where they hit no box),
    the share that does, and the shares of all that they show."""
    shown: dict[int, list[frozenset[str]]] = {}
    for place, own, strange in zip(seen.places, seen.elements, seen.strange, strict=True):
        if place.element is not None:
            shown.setdefault(place.element, []).append(own | strange or frozenset({NOTHING}))
    rows = []
    for element, patches in sorted(shown.items()):
        counted = Counter(what for patch in patches for what in patch)
        by_count = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
        shares = {what: count / len(patches) for what, count in by_count}
        most = next(iter(shares))
        rows.append(
            {
                "method": each.method,
                "label": each.label,
                "element": element,
                "shows": most,
                "purity": shares[most],
                "shares": shares,
                "n": len(patches),
            }
        )
    return rows


def _agreement(each: PatchList, seen: Seen) -> Row:
    """NaN where all hit or none does: there is nothing to agree with."""
    scores = np.array([place.score for place in seen.places])
    value = float("nan")
    if len(set(seen.hit.tolist())) == 2 and len(np.unique(scores)) > 1:
        value = float(spearmanr(scores, seen.hit).statistic)
    return {
        "method": each.method,
        "label": each.label,
        "kind": each.kind,
        "spearman": value,
        "n": len(scores),
    }
