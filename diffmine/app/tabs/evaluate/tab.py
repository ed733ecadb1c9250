"""Evaluate: how well maps and patches agree with boxes, beside chance and priors."""

from __future__ import annotations

from typing import Any

import gradio as gr

from diffmine.app import words
from diffmine.app.components.chart.chart import chart
from diffmine.app.components.table.table import table, table_value
from diffmine.app.desk import Desk
from diffmine.app.parts import NOTHING, Updates, Value
from diffmine.app.shelf import Shelf
from diffmine.app.tabs.evaluate import texts
from diffmine.app.tabs.evaluate.bars import ALL, bars, curves
from diffmine.app.texts import plurals
from diffmine.app.view import View
from diffmine.atlas.evaluation import Evaluation
from diffmine.stages.evaluate.tables import between, figure

Row = dict[str, Any]
TOP = 200
SHOWN = ("typicality", "contrast", "base", "classifier", "centre prior", "boxes prior")
"""Scores whose bars and curves are drawn; the table has them all."""


class Evaluate:
    """The tab of `diffmine evaluate`."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        own = desk.own
        self.line = own(gr.Markdown(elem_classes="dm-line"))
        self.area = own(chart(elem_id="evaluation-area"))
        with gr.Row():
            with gr.Column(min_width=300):
                self.curve = own(chart(elem_id="evaluation-curve"))
            with gr.Column(min_width=300):
                self.precision = own(chart(elem_id="evaluation-precision"))
        self.table = own(table())
        gr.Markdown(texts.MEASURES)

    def show(self, view: View) -> Updates:
        """The charts of all labels, the curve and the table of the view's."""
        shelf = self.desk.shelf(view)
        evaluation = shelf.evaluation
        if evaluation is None:
            empty = (self.area, self.curve, self.precision, self.table)
            return {self.line: texts.NOT_EVALUATED, **dict.fromkeys(empty, NOTHING)}
        return {
            self.line: _line(evaluation),
            self.area: area(shelf, evaluation),
            self.curve: curve(shelf, evaluation, view.label),
            self.precision: precision(shelf, evaluation),
            self.table: localisation(evaluation, view.label),
        }

    def wire(self) -> None:
        """Nothing to connect: the tab is only read."""


def _line(evaluation: Evaluation) -> str:
    boxes = evaluation.boxes
    return texts.JUDGED_BY.format(
        boxes=plurals(boxes["boxes"], "box"), images=plurals(boxes["images"], "image")
    )


def area(shelf: Shelf, evaluation: Evaluation) -> Value:
    """AUC-PR by label, priors and prevalence beside it."""
    groups = {name: _by_label(evaluation.localisation, score=name) for name in SHOWN}
    groups = {name: rows for name, rows in groups.items() if rows}
    if groups:
        first = next(iter(groups.values()))
        groups[texts.PREVALENCE] = {
            label: row | {f"ap{end}": row[f"prevalence{end}"] for end in ("", "_low", "_high")}
            for label, row in first.items()
        }
    title = texts.AREA
    labels = ["", *shelf.labels]
    return bars(shelf.cache, labels, groups, "ap", title=title, low="ap_low", high="ap_high")


def curve(shelf: Shelf, evaluation: Evaluation, label: str) -> Value:
    """Precision over recall of the pixels, mean over the label's images."""
    rows = [row for row in evaluation.curves if row["label"] == label and row["score"] in SHOWN]
    known = [row for row in evaluation.localisation if row["label"] == label]
    prevalence = known[0]["prevalence"] if known else None
    return curves(shelf.cache, rows, prevalence, title=texts.CURVE.format(label=label))


def precision(shelf: Shelf, evaluation: Evaluation) -> Value:
    """Precision of the best patches by label, beside the controls and other methods."""
    groups: dict[str, dict[str, Row]] = {}
    for method, kind in dict.fromkeys((row["method"], row["kind"]) for row in evaluation.precision):
        name = words.KINDS[kind] if method == "typicality" else method
        if kind == "top" or method == "typicality":
            equal = {"method": method, "kind": kind}
            own = [row for row in evaluation.precision if equal.items() <= row.items()]
            groups[name] = _by_label(own, top=max(row["top"] for row in own if row["top"] <= TOP))
    title = texts.PRECISION_OF_BEST.format(top=TOP)
    labels = ["", *shelf.labels]
    return bars(shelf.cache, labels, groups, "precision", title=title, low="low", high="high")


def localisation(evaluation: Evaluation, label: str) -> Value:
    """All scores of the label, or of the mean over labels where it has no box."""
    own = [row for row in evaluation.localisation if row["label"] == label]
    rows = own or [row for row in evaluation.localisation if not row["label"]]
    cells = [
        [row["score"], figure(row["ap"]), between(row, "ap"), figure(row["prevalence"]),
         figure(row["pointing"]), figure(row["near"]), figure(row["iou"]), str(row["n"])]
        for row in rows
    ]  # fmt: skip
    caption = texts.LOCALISATION.format(label=label if own else ALL)
    return table_value(texts.EVALUATION_HEADS, cells, caption=caption, empty=texts.NO_MAP_JUDGED)


def _by_label(rows: list[Row], **equal: Any) -> dict[str, Row]:
    return {row["label"]: row for row in rows if equal.items() <= row.items()}
