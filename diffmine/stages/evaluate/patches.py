"""Mining: patches against boxes, clusters against the things that boxes name (section 4).

precision   share of the best k patches that hit a box of their label, for k up to the first that
            takes in all patches of a method
recall      share of the label's elements that one of the best 200 patches hits
purity      share of a cluster's patches that show what most of them show; a patch may show several
agreement   Spearman's correlation of a patch's score and whether it hits
confounds   things of no or another label that top patches show                  (confounds.py)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool
from scipy.stats import spearmanr

from diffmine.maths.bootstrap import Bootstrap, interval, mean_of
from diffmine.maths.overlap import HALF, hit_shares
from diffmine.stages.evaluate.cases import Truth
from diffmine.stages.evaluate.confounds import confounds

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


@dataclass(frozen=True)
class Seen:
    """What the judged patches of a list show: `hit` a box of their label, `elements` of their label
    they hit, `strange` those that are not of it."""

    hit: Bool[np.ndarray, " n"]
    elements: list[frozenset[str]]
    strange: list[frozenset[str]]
    places: list[Place]
    groups: list[int]


def see(patch_list: PatchList, truth: Truth, complete: bool) -> Seen:
    """Look at the patches of images whose boxes are known, in their order; with `complete` images
    without a box are known to hold nothing."""
    hit: list[bool] = []
    elements: list[frozenset[str]] = []
    strange: list[frozenset[str]] = []
    places: list[Place] = []
    groups: list[int] = []
    for place in patch_list.places:
        image = truth.images.get(place.image_id)
        boxes = truth.boxes.get(place.image_id)
        if image is None or (boxes is None and not complete):
            continue
        window = np.array([[place.row, place.col, place.size, place.size]], np.float64)
        sides = np.array([side for _, _, side in boxes or []], np.float64).reshape(-1, 4)
        shares = hit_shares(window, sides)[0]
        named = [(label, name or label or "thing") for label, name, _ in boxes or []]
        hits = [at for at in range(len(named)) if shares[at] >= HALF]
        own = [at for at in hits if named[at][0] == patch_list.label]
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
    seen = [(patch_list, see(patch_list, truth, complete)) for patch_list in lists]
    every = [group for _, shown in seen for group in shown.groups]
    bootstrap = Bootstrap(np.array(every, np.int64), count, seed)
    named = _elements(truth)
    top = [(patch_list, shown) for patch_list, shown in seen if patch_list.kind == "top"]
    return {
        "precision": _precision(seen, bootstrap),
        "recall": [
            _recall(patch_list, shown, named)
            for patch_list, shown in top
            if named.get(patch_list.label)
        ],
        "purity": [row for patch_list, shown in top for row in purity(patch_list, shown)],
        "agreement": [_agreement(patch_list, shown) for patch_list, shown in seen],
        "confounds": _confounds(seen),
    }


def _confounds(seen: list[tuple[PatchList, Seen]]) -> list[Row]:
    """Of methods that have random patches beside their top ones."""
    control = {
        (patch_list.method, patch_list.label): shown
        for patch_list, shown in seen
        if patch_list.kind == "random"
    }
    return [
        {"method": patch_list.method} | row
        for patch_list, shown in seen
        if patch_list.kind == "top" and (patch_list.method, patch_list.label) in control
        for row in confounds(
            patch_list.label, shown.strange, control[patch_list.method, patch_list.label].strange
        )
    ]


def _precision(seen: list[tuple[PatchList, Seen]], bootstrap: Bootstrap) -> list[Row]:
    rows: list[Row] = []
    for method, kind in dict.fromkeys(
        (patch_list.method, patch_list.kind) for patch_list, _ in seen
    ):
        own = [pair for pair in seen if (pair[0].method, pair[0].kind) == (method, kind)]
        for top in _tops(
            max(len(shown.hit) for patch_list, shown in seen if patch_list.method == method)
        ):
            head: Row = {"method": method, "kind": kind, "top": top}
            label_rows: list[Row] = []
            resampled: list[np.ndarray] = []
            for patch_list, shown in own:
                hit, groups = shown.hit[:top].astype(np.float64), shown.groups[:top]
                if not len(hit):
                    continue
                resampled.append(bootstrap.means(hit, np.array(groups, np.int64)))
                low, high = interval(resampled[-1])
                figures = {"precision": float(hit.mean()), "low": low, "high": high}
                label_rows.append(head | {"label": patch_list.label, "n": len(hit)} | figures)
            if label_rows:
                low, high = interval(mean_of(resampled))
                mean = float(np.mean([row["precision"] for row in label_rows]))
                count = sum(row["n"] for row in label_rows)
                over = {"label": "", "n": count, "precision": mean, "low": low, "high": high}
                rows += [head | over, *label_rows]
    return rows


def _tops(longest: int) -> list[int]:
    """Those of TOPS that say more about lists of up to `longest` patches than a smaller one."""
    return [top for top, before in zip(TOPS, (0, *TOPS), strict=False) if before < longest]


def _elements(truth: Truth) -> dict[str, set[str]]:
    """The elements that boxes of each label name."""
    elements: dict[str, set[str]] = {}
    for boxes in truth.boxes.values():
        for label, element, _ in boxes:
            if label and element:
                elements.setdefault(label, set()).add(element)
    return elements


def _recall(patch_list: PatchList, seen: Seen, named: dict[str, set[str]]) -> Row:
    known = named[patch_list.label]
    hits = known & set().union(*seen.elements[:RECALL_AT])
    return {
        "method": patch_list.method,
        "label": patch_list.label,
        "recall": len(hits) / len(known),
        "found": sorted(hits),
        "missed": sorted(known - hits),
    }


def purity(patch_list: PatchList, seen: Seen) -> list[Row]:
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
                "method": patch_list.method,
                "label": patch_list.label,
                "element": element,
                "shows": most,
                "purity": shares[most],
                "shares": shares,
                "n": len(patches),
            }
        )
    return rows


def _agreement(patch_list: PatchList, seen: Seen) -> Row:
    """NaN where all patches hit or none does: there is nothing to agree with."""
    scores = np.array([place.score for place in seen.places])
    value = float("nan")
    if len(set(seen.hit.tolist())) == 2 and len(np.unique(scores)) > 1:
        value = float(spearmanr(scores, seen.hit).statistic)
    return {
        "method": patch_list.method,
        "label": patch_list.label,
        "kind": patch_list.kind,
        "spearman": value,
        "n": len(scores),
    }
