"""evaluation.json as one table for the terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from diffmine.atlas.evaluation import Evaluation
from diffmine.stages.evaluate.trends import AXIS

Row = dict[str, Any]
ALL = "all labels"


def table_of(evaluation: Evaluation) -> Table:
    """The main figures: measure, label, what was judged, value, interval, what to compare with."""
    table = Table(title=_title(evaluation), title_justify="left", show_edge=False)
    for head in ("measure", "label", "of", "value", "95 % interval", "beside it", "n"):
        table.add_column(head, justify="right" if head in ("value", "n") else "left")
    for rows in (_localisation(evaluation), _precision(evaluation), _rest(evaluation)):
        for row in rows:
            table.add_row(*row)
        table.add_section()
    return table


def show(evaluation: Evaluation) -> None:
    """Print the table, and how many boxes were left out and why."""
    console = Console(highlight=False, width=None)
    if not console.is_terminal:  # a log is as wide as it needs to be
        console = Console(highlight=False, width=160)
    console.print(table_of(evaluation))
    boxes = evaluation.boxes
    for count, what in (
        (boxes["refused"], f"rows of the boxes refused ({boxes['reason']})"),
        (boxes["elsewhere"], "boxes of pictures that the atlas lacks"),
        (boxes["cropped"], "boxes outside what is mined"),
        (boxes["without_map"], "images with boxes of a label under which they were not scored"),
    ):
        if count:
            console.print(f"{count} {what}", markup=False)
    for label, count in boxes["unknown"].items():
        console.print(f"{count} boxes of {label!r}, no label of the atlas (--rename)", markup=False)


def _title(evaluation: Evaluation) -> str:
    boxes = evaluation.boxes
    return f"{boxes['boxes']} boxes in {boxes['images']} images"


def figure(value: float | None) -> str:
    """`.213`, or a dash for what is not known."""
    if value is None:
        return "–"
    return f"{value:.3f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.2f}"


def between(row: Row, name: str) -> str:
    """`.160 to .270`."""
    low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
    return "" if low is None or high is None else f"{figure(low)} to {figure(high)}"


def _localisation(evaluation: Evaluation) -> list[list[str]]:
    rows = []
    for row in evaluation.localisation:
        beside = (
            f"prevalence {figure(row['prevalence'])}, pointing {figure(row['pointing'])} "
            f"(near {figure(row['near'])}), IoU {figure(row['iou'])}"
        )
        rows.append(
            ["AUC-PR", row["label"] or ALL, row["score"], figure(row["ap"]), between(row, "ap"),
             beside, str(row["n"])]
        )  # fmt: skip
    return sorted(rows, key=lambda row: row[1] != ALL)


def _precision(evaluation: Evaluation) -> list[list[str]]:
    rows = []
    control = {(r["method"], r["label"], r["top"], r["kind"]): r for r in evaluation.precision}
    for row in evaluation.precision:
        if row["kind"] != "top":
            continue
        beside = [
            f"{kind} {figure(other['precision'])}"
            for kind in ("random", "least")
            for other in [control.get((row["method"], row["label"], row["top"], kind))]
            if other is not None
        ]
        low = f"{figure(row['low'])} to {figure(row['high'])}"
        rows.append(
            [f"precision of top {row['top']:,}", row["label"] or ALL, row["method"],
             figure(row["precision"]), low, ", ".join(beside), str(row["n"])]
        )  # fmt: skip
    return sorted(rows, key=lambda row: row[1] != ALL)


def _rest(evaluation: Evaluation) -> list[list[str]]:
    rows = []
    for row in evaluation.recall:
        missed = f"missed: {', '.join(row['missed'])}" if row["missed"] else ""
        count = str(len(row["found"]) + len(row["missed"]))
        rows.append(["recall of elements", row["label"], row["method"], figure(row["recall"]), "",
                     missed, count])  # fmt: skip
    for method, label in dict.fromkeys((r["method"], r["label"]) for r in evaluation.purity):
        own = [r for r in evaluation.purity if (r["method"], r["label"]) == (method, label)]
        count = sum(r["n"] for r in own)
        mean = sum(r["purity"] * r["n"] for r in own) / count
        nothing = sum(r["n"] for r in own if r["shows"] == "nothing") / count
        rows.append(["purity of clusters", label, method, figure(mean), "",
                     f"of nothing {figure(nothing)}", str(count)])  # fmt: skip
    for row in evaluation.agreement:
        if row["kind"] == "random":
            rows.append(["agreement, random", row["label"], row["method"],
                         figure(row["spearman"]), "", "", str(row["n"])])  # fmt: skip
    for row in evaluation.confounds:
        if row["flagged"]:
            beside = f"random {figure(row['expected'])}"
            rows.append(["confound", row["label"], row["element"], figure(row["share"]), "",
                         beside, str(row["n"])])  # fmt: skip
    for row in evaluation.trends:
        shown = f"RMSE {figure(row['rmse'])}, purity {figure(row['purity'])}"
        if row.get("kind") == AXIS:
            shown = "first axis of all elements"
        beside = f"Pearson {figure(row.get('pearson'))}, {shown}"
        rows.append(["trend", row["label"] or "–", row["trend"], figure(row["spearman"]), "",
                     beside, str(len(row["labels"]))])  # fmt: skip
    for method, seconds in evaluation.seconds.items():
        rows.append(["seconds for a label", ALL, method, f"{seconds:.1f}", "", "", ""])
    return rows
