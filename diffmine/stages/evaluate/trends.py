"""Trends: recovered curves over labels against the truth that was drawn.

For a true trend that boxes name, the cluster with the largest share of patches on such boxes is
taken, if at least half of them are; its shares over the labels (trends.parquet) are its curve. A
trend that no box names, such as a proportion that drifts, has no element of its own: its curve is
the labels' place on the first axis of a correspondence analysis of all elements' shares
(maths/seriation.py). An axis has no direction, so that of the truth is taken.

Curves are compared by Spearman's and Pearson's correlation; shares as numbers too, by the root of
the mean squared error. Where labels of the truth are equal, as for an element that most of them
lack, Spearman's is below 1 unless the recovered values are equal there as well.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from diffmine.atlas.reader import Atlas
from diffmine.atlas.trends import share_table
from diffmine.data.files import regular
from diffmine.errors import DataError
from diffmine.maths.overlap import HALF
from diffmine.maths.seriation import correspondence

ELEMENT, AXIS = "element", "axis"

Row = dict[str, Any]
Curve = dict[str, float]
Shares = dict[tuple[str, int], Curve]


def read_trends(path: Path) -> dict[str, dict[str, float]]:
    """The true value of each trend at each label; DataError when the file cannot be read."""
    truth: dict[str, dict[str, float]] = {}
    try:
        with open(path, newline="", encoding="utf-8-sig", opener=regular) as file:
            reader = csv.DictReader(file)
            columns = reader.fieldnames or []
            for name in ("label", "trend", "value"):
                if name not in columns:
                    raise DataError(
                        f"{path} has no column {name!r}; its columns are {', '.join(columns)}."
                    )
            for row in reader:
                value = float(row["value"] or "")
                if not math.isfinite(value):
                    raise ValueError(f"a value is {value}")
                truth.setdefault(row["trend"] or "", {})[row["label"] or ""] = value
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        raise DataError(f"{path} cannot be read: {error}.") from error
    return truth


def judge_trends(
    atlas: Atlas, truth: dict[str, Curve], purity: list[Row], named: set[str]
) -> list[Row]:
    """One row a trend; `purity` are the rows of evaluation.patches.purity for the atlas's own
    clusters, `named` what boxes name. `kind` is `element` or `axis`, and `label` and `element` are
    None for an axis. Figures are None where nothing shows the trend, or where fewer than three
    labels are known."""
    shares = _shares(atlas)
    order = _places(atlas)
    return [
        _of_element(atlas.labels, trend, values, shares, purity)
        if trend in named
        else _of_axis(atlas.labels, trend, values, order)
        for trend, values in truth.items()
    ]


def _places(atlas: Atlas) -> Curve:
    """The place of each label on the first axis; none where there is no axis."""
    places = correspondence(share_table(atlas)).at
    known = ((name, at[0]) for name, at in zip(atlas.labels, places.tolist(), strict=True) if at)
    return {name: place for name, place in known if math.isfinite(place)}


def _of_element(
    labels: list[str], trend: str, values: Curve, shares: Shares, purity: list[Row]
) -> Row:
    own = [row | {"purity": row["shares"].get(trend, 0.0)} for row in purity]
    own = [r for r in own if r["purity"] >= HALF and (r["label"], r["element"]) in shares]
    best = max(own, key=lambda row: (row["purity"], row["n"]), default=None)
    if best is None:
        return _row(trend, labels, values, {})
    result = _row(trend, labels, values, shares[best["label"], best["element"]])
    if len(result["labels"]) > 2:
        error = np.array(result["truth"]) - np.array(result["found"])
        result["rmse"] = float(np.sqrt(np.mean(error**2)))
    return result | {name: best[name] for name in ("label", "element", "purity")}


def _of_axis(labels: list[str], trend: str, values: Curve, order: Curve) -> Row:
    """An axis points either way: the one that agrees."""
    result = _row(trend, labels, values, order)
    if (result["spearman"] or 0.0) < 0:
        result = _row(trend, labels, values, {name: -place for name, place in order.items()})
    return result | {"kind": AXIS}


def _row(trend: str, labels: list[str], values: Curve, curve: Curve) -> Row:
    known = [label for label in labels if label in values and label in curve]
    pairs = np.array([[values[label], curve[label]] for label in known]).reshape(-1, 2)
    row: Row = {"trend": trend, "kind": ELEMENT, "label": None, "element": None, "purity": None}
    row |= {"spearman": None, "pearson": None, "rmse": None}
    if len(known) > 2 and all(len(np.unique(column)) > 1 for column in pairs.T):
        row["spearman"] = float(spearmanr(*pairs.T).statistic)
        row["pearson"] = float(np.corrcoef(*pairs.T)[0, 1])
    truth, recovered = pairs.T.tolist()
    return row | {"labels": known, "truth": truth, "found": recovered}


def _shares(atlas: Atlas) -> Shares:
    shares: Shares = {}
    if atlas.has("trends"):
        for row in atlas.table("trends").to_pylist():
            if row["kind"] == "element":
                shares.setdefault((row["label"], row["element"]), {})[row["target"]] = row["share"]
    return shares
