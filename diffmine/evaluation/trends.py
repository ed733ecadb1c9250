"""Trends: recovered shares of labels against the truth that was drawn.

For a true trend the cluster with most patches on boxes of that name is taken, among those of which
at least half are; its shares over the labels (trends.parquet) are compared with the truth by
Spearman's correlation and, as numbers, by the root of the mean squared error.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from diffmine.errors import DataError
from diffmine.evaluation.patches import HALF
from diffmine.store.atlas import Atlas

Row = dict[str, Any]


def read_trends(path: Path) -> dict[str, dict[str, float]]:
    """The true value of each trend at each label; DataError when the file cannot be read."""
    found: dict[str, dict[str, float]] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
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
                found.setdefault(row["trend"] or "", {})[row["label"] or ""] = value
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        raise DataError(f"{path} cannot be read: {error}.") from error
    return found


def judge_trends(atlas: Atlas, truth: dict[str, dict[str, float]], purity: list[Row]) -> list[Row]:
    """One row a trend; `purity` are the rows of evaluation.patches.purity for the atlas's own
    clusters. Figures are None where no cluster shows the trend, or where fewer than three labels
    are known."""
    shares = _shares(atlas)
    rows = []
    for trend, values in truth.items():
        own = [row | {"purity": row["shares"].get(trend, 0.0)} for row in purity]
        own = [row for row in own if row["purity"] >= HALF]
        own = [row for row in own if (row["label"], row["element"]) in shares]
        best = max(own, key=lambda row: (row["purity"] * row["n"], row["purity"]), default=None)
        row: Row = {"trend": trend, "label": None, "element": None, "purity": None}
        row |= {"spearman": None, "rmse": None, "labels": [], "truth": [], "found": []}
        if best is not None:
            curve = shares[best["label"], best["element"]]
            labels = [each for each in atlas.labels if each in values and each in curve]
            pairs = np.array([[values[each], curve[each]] for each in labels]).reshape(-1, 2)
            row |= {name: best[name] for name in ("label", "element", "purity")}
            row |= {"labels": labels, "truth": pairs[:, 0].tolist(), "found": pairs[:, 1].tolist()}
            if len(labels) > 2:
                row["rmse"] = float(np.sqrt(np.mean((pairs[:, 0] - pairs[:, 1]) ** 2)))
                if all(len(np.unique(column)) > 1 for column in pairs.T):
                    row["spearman"] = float(spearmanr(*pairs.T).statistic)
        rows.append(row)
    return rows


def _shares(atlas: Atlas) -> dict[tuple[str, int], dict[str, float]]:
    found: dict[tuple[str, int], dict[str, float]] = {}
    if atlas.has("trends"):
        for row in atlas.table("trends").to_pylist():
            if row["kind"] == "element":
                found.setdefault((row["label"], row["element"]), {})[row["target"]] = row["share"]
    return found
