"""A synthetic atlas of 400 labels whose names are up to 100 letters long, with everything that a
tab may show of them. For tests and for looking."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np

from diffmine.atlas import schemas
from diffmine.atlas.evaluation import Evaluation, write_evaluation
from diffmine.atlas.manifest import Manifest
from diffmine.atlas.reader import Atlas
from diffmine.atlas.writer import create_workspace
from tests.unit.app.make_atlas import LABELS, SIDE, WINDOW, encoded, picture

MANY, LONGEST = 400, 100
IMAGES, TOP, OTHERS, ELEMENTS, TRANSLATED = 2, 12, 4, 3, 3
TEXTS = (
    "Workshop of the master of the altarpiece with small figures in the church of the old town {n}",
    "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft{n}",
    "Straßenbahnhaltestellenüberdachung in der Nähe des Hauptbahnhofs, zweites Gleis, Nr. {n}",
    "東京都新宿区西新宿二丁目の古い写真館で撮影された家族の肖像と風景と建物と道具の記録その{n}",
    "Label{n}",
    "W{n}",
)
_PICTURES = [encoded(picture(label, 1)) for label in LABELS]


def long_names(count: int = MANY) -> list[str]:
    """Names of labels, all different and at most LONGEST letters: sentences, single words, German
    and Japanese; some are LONGEST letters without a space."""
    names = [text.format(n=at + 1) for at, text in enumerate(islice(cycle(TEXTS), count))]
    return [
        (f"{name}{'mnw' * LONGEST}"[:LONGEST] if name.startswith("W") and " " not in name else name)
        for name in names
    ]


def make_many(folder: Path, *, kind: str = "other", model: str = "", count: int = MANY) -> Atlas:
    """Write the atlas and open it; `model` is the path from it to a model that is there."""
    labels = long_names(count)
    manifest = Manifest(
        title="An atlas of many labels with long names",
        labels=labels,
        kind=kind,
        description="Synthetic shapes drawn for tests, under very many labels. " * 6,
        limits=["Synthetic data: it says nothing about anything. " * 3],
        licence="CC0-1.0",
        config={"typicality": {"draws": 32}, "mine": {"windows": [0.25]}},
        model={"path": model} if model else {},
    )
    if model:
        manifest.config["translate"] = {"steps": 4, "preview": 1, "draws": 2}
    atlas = create_workspace(folder, manifest)
    random = np.random.default_rng(0)
    images = [_image(label, at, n) for n, label in enumerate(labels) for at in range(IMAGES)]
    atlas.write("images.parquet", images, schemas.IMAGES, group=128)
    patches = [row for n, label in enumerate(labels) for row in _patches(label, n, random)]
    patches.sort(key=lambda row: (row["label"], row["kind"], row["rank"]))
    atlas.write("patches.parquet", patches, schemas.PATCHES)
    top = [row for row in patches if row["kind"] == "top"]
    features = [_feature(row, random) for row in top]
    atlas.write("features/part-00000.parquet", features, schemas.FEATURES)
    elements = [_element(label, at, labels) for label in labels for at in range(ELEMENTS)]
    atlas.write("elements.parquet", elements, schemas.ELEMENTS)
    chosen = [row for row in top if row["label"] == labels[0]][:TRANSLATED]
    made = [_made(row, at, name) for row in chosen for at, name in enumerate(labels[1:])]
    atlas.write("translations/part-00000.parquet", made, schemas.TRANSLATIONS)
    atlas.write("trends.parquet", _trends(labels, chosen), schemas.TRENDS)
    doubts = [{"label": labels[0], "kind": kind, "share": 0.4, "expected": 0.1, "n": TOP,
               "flagged": True, "test": "noise maps", "low": 0.3, "high": 0.5,
               "expected_low": 0.08, "expected_high": 0.16, "groups": 2}
              for kind in ("border", "flat")]  # fmt: skip
    atlas.write("warnings.parquet", doubts, schemas.WARNINGS)
    _add_parallel(atlas, labels, chosen)
    write_evaluation(atlas, _evaluation(labels))
    return atlas


def _image(label: str, at: int, number: int) -> dict[str, Any]:
    return {
        "image_id": f"{number:03d}-{at}.png",
        "label": label,
        "image": _PICTURES[number % len(_PICTURES)],
        "width": SIDE,
        "height": SIDE,
        "group": f"group of {label}",
        "year": 1500 + number,
        "licence": "CC0-1.0",
        "title": f"A drawing of {label}",
        "credit": "drawn by a recipe",
    }


def _patches(label: str, number: int, random: np.random.Generator) -> list[dict[str, Any]]:
    rows = []
    for kind, sign, count in (("top", 1, TOP), ("least", -1, OTHERS), ("random", 0, OTHERS)):
        for rank in range(1, count + 1):
            row, col = (int(at) for at in random.integers(0, SIDE - WINDOW, 2))
            one = {
                "patch_id": f"{number:03d}-{kind}-{rank:04d}",
                "label": label,
                "kind": kind,
                "rank": rank,
                "image_id": f"{number:03d}-{rank % IMAGES}.png",
                "row": row,
                "col": col,
                "size": WINDOW,
                "typicality": 0.02 * sign * (1 - rank / 20),
                "se": 0.002,
                "noise": sign == 0,
            }
            if kind == "top":
                place = random.normal((number % 20 * 3, number // 20 * 3), 0.5)
                element = rank % ELEMENTS
                one |= {"element": element, "distance": rank / 100}
                one |= {"map_x": place[0], "map_y": place[1], "own_x": place[1], "own_y": place[0]}
            rows.append(one)
    return rows


def _feature(row: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
    values = random.normal(0, 0.1, 16)
    values[row["element"]] += 1
    return {"patch_id": row["patch_id"], "feature": values.astype(np.float16)}


def _element(label: str, at: int, labels: Sequence[str]) -> dict[str, Any]:
    row = {"label": label, "element": at, "rank": at + 1, "median": 0.015 - 0.004 * at}
    row |= {"size": TOP // ELEMENTS, "spread": 0.3, "mixed": at == 2}
    row |= {"name": f"the element that shows the {label[:60]}" if at == 1 else ""}
    if at == 2:
        row |= {"like_label": label, "like_element": 0, "likeness": 0.97}
    return row


def _made(patch: dict[str, Any], at: int, target: str) -> dict[str, Any]:
    return {
        "patch_id": patch["patch_id"],
        "image_id": patch["image_id"],
        "label": patch["label"],
        "target": target,
        "image": _PICTURES[at % len(_PICTURES)],
        "typicality_before": -0.004,
        "se_before": 0.001,
        "typicality_after": 0.008,
        "se_after": 0.001,
        "own_before": 0.009,
        "own_after": 0.001,
        "outline": 0.83,
        "outside": 4.2,
    }


def _trends(labels: list[str], chosen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for at, label in enumerate(labels[:6]):
        for to, target in enumerate(labels):
            near = 1 / (1 + abs(at - to) / 20)
            common = {"label": label, "target": target, "typicality": 0.01 * near, "n": IMAGES}
            rows.append({"kind": "label", **common})
            rows += [
                {"kind": "element", **common, "element": element, "share": near / 2,
                 "low": near / 3, "high": near / 1.5} for element in range(ELEMENTS)
            ]  # fmt: skip
    for patch in chosen:
        rows += [
            {"kind": "patch", "label": patch["label"], "patch_id": patch["patch_id"],
             "target": target, "typicality": 0.01 / (1 + to / 20), "se": 0.002}
            for to, target in enumerate(labels)
        ]  # fmt: skip
        rows.append({"kind": "sequence", "label": patch["label"], "element": patch["element"],
                     "patch_id": patch["patch_id"], "typicality": 0.006})  # fmt: skip
    return rows


def _add_parallel(atlas: Any, labels: list[str], chosen: list[dict[str, Any]]) -> None:
    image = chosen[0]["image_id"]
    made = [
        {"image_id": image, "label": labels[0], "target": target, "height": 2, "width": 2,
         "image": _PICTURES[at % len(_PICTURES)], "mean": np.zeros(4, np.float16),
         "typicality": 0.0}
        for at, target in enumerate(labels[1:])
    ]  # fmt: skip
    atlas.write("parallel/part-00000.parquet", made, schemas.PARALLEL)
    level = [0.01] * len(labels)
    sequence = {"window": "00", "image_id": image, "label": labels[0], "row": 8, "col": 4}
    sequence |= {"size": WINDOW, "rank": 1, "typicality": 0.01, "curve": level, "change": 0}
    atlas.write("sequences.parquet", [sequence | {"distance": 0.5}], schemas.SEQUENCES)
    change = {"change": 0, "rank": 1, "size": 3, "median": 0.01, "spread": 0.4}
    change |= {"name": f"heavier from {labels[0]} to {labels[1]}", "most_typical": labels[1]}
    change |= {"most_changed": labels[5], "light": level, "ink": level}
    change |= {"edges": level, "colour": level}
    atlas.write("changes.parquet", [change], schemas.CHANGES)
    counts = [
        {"label": labels[0], "element": element, "target": target, "n": 30, "before": 3,
         "after": 5, "added": at % 12, "added_low": 0.0, "added_high": 4.0, "removed": 1,
         "removed_low": 0.0, "removed_high": 3.0, "control_n": 10, "control_added": 1,
         "control_removed": 0, "added_patches": [chosen[0]["patch_id"]], "removed_patches": []}
        for element in range(ELEMENTS) for at, target in enumerate(labels)
    ]  # fmt: skip
    atlas.write("counts.parquet", counts, schemas.COUNTS)


def _evaluation(labels: list[str]) -> Evaluation:
    ends = {f"{name}{end}": 0.3 for name in ("ap", "prevalence") for end in ("", "_low", "_high")}
    rest = {"pointing": 0.5, "near": 0.6, "iou": 0.2, "n": IMAGES}
    scores = ("typicality", "base", "centre prior")
    localisation = [
        {"label": label, "score": score, **ends, **rest, "ap": 0.2 + at % 7 / 10 + 0.05 * number}
        for at, label in enumerate(["", *labels])
        for number, score in enumerate(scores)
    ]
    curves = [
        {"label": label, "score": score, "precision": [0.9, 0.7, 0.5, 0.3]}
        for label in labels
        for score in scores
    ]
    precision = [
        {"label": label, "method": "typicality", "kind": kind, "top": 100, "precision": 0.5,
         "low": 0.4, "high": 0.6}
        for label in ["", *labels] for kind in ("top", "random")
    ]  # fmt: skip
    boxes = {"boxes": 800, "images": 800}
    return Evaluation({}, boxes, localisation, curves, precision)
