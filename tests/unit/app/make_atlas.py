"""A small synthetic atlas: coloured shapes that change by decade. For tests and for looking."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from diffmine.atlas import schemas
from diffmine.atlas.manifest import Manifest
from diffmine.atlas.reader import Atlas
from diffmine.atlas.writer import create_workspace

LABELS = ["1900", "1910", "1920", "1930"]
SIDE, WINDOW, LATENT = 96, 24, 24
PER_LABEL = 10
ON_CANVAS = 5
"""Number of the image of each label that is on a canvas of IIIF."""
HUES = {"1900": "#b03a2e", "1910": "#1f618d", "1920": "#117a65", "1930": "#9a7d0a"}
ELEMENTS = 3


def picture(label: str, seed: int) -> np.ndarray:
    """A shape of the label's kind and colour on paper, uint8 (96, 96, 3)."""
    random = np.random.default_rng(seed)
    page = Image.new("RGB", (SIDE, SIDE), "#f4f1ea")
    pen = ImageDraw.Draw(page)
    left, top = (int(each) for each in random.integers(8, 36, 2))
    box = [left, top, left + 44, top + 44]
    if label == "1900":
        pen.ellipse(box, fill=HUES[label])
    elif label == "1910":
        pen.rectangle(box, fill=HUES[label])
    elif label == "1920":
        pen.polygon([(left, top + 44), (left + 22, top), (left + 44, top + 44)], fill=HUES[label])
    else:
        pen.rounded_rectangle(box, 12, outline=HUES[label], width=9)
    noise = random.normal(0, 4, (SIDE, SIDE, 3))
    return np.clip(np.asarray(page) + noise, 0, 255).astype(np.uint8)


def encoded(pixels: np.ndarray) -> dict[str, Any]:
    """A picture cell of a table."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return {"bytes": out.getvalue(), "path": None}


def make_atlas(
    folder: Path,
    *,
    kind: str = "time",
    labels: list[str] | None = None,
    model: str = "",
    scores: Sequence[str] = (),
) -> Atlas:
    """Write the atlas and open it; `model` is the path from it to a model that is there, `scores`
    are the names of further maps: the spot of each lies elsewhere."""
    manifest = Manifest(
        title="Shapes by decade",
        labels=list(labels or LABELS),
        kind=kind,
        description="Synthetic shapes drawn for tests.",
        limits=["Synthetic data: it says nothing about any real decade."],
        licence="CC0-1.0",
        source="https://example.org/shapes",
        config={"typicality": {"draws": 32, "t_range": [100, 700]}, "mine": {"windows": [0.25]}},
        model={"path": model} if model else {},
    )
    if model:
        manifest.config["translate"] = {"steps": 4, "preview": 1, "draws": 2}
    atlas = create_workspace(folder, manifest)
    random = np.random.default_rng(0)
    names = dict(zip(manifest.labels, LABELS, strict=False))
    images = _images(manifest.labels, names)
    atlas.write("images.parquet", images, schemas.IMAGES, group=128)
    maps = _maps(images, manifest.labels, random)
    atlas.write("maps/part-00000.parquet", maps, schemas.MAPS)
    for at, score in enumerate(scores, 1):
        other = [
            row
            | {"score": score, "mean": np.roll(row["mean"], 3 * at * LATENT) * np.float16(at + 1)}
            for row in maps
        ]
        atlas.write(f"maps/part-{at:05d}.parquet", other, schemas.MAPS)
    before = [row | {"score": "base", "mean": np.zeros_like(row["mean"])} for row in maps]
    atlas.write("maps-base/part-00000.parquet", before, schemas.MAPS)
    patches = _patches(images, manifest.labels, random)
    atlas.write("patches.parquet", patches, schemas.PATCHES)
    atlas.write("warnings.parquet", _warnings(manifest.labels), schemas.WARNINGS)
    top = [each for each in patches if each["kind"] == "top"]
    atlas.write("features/part-00000.parquet", _features(top, random), schemas.FEATURES)
    atlas.write("elements.parquet", _elements(manifest.labels), schemas.ELEMENTS)
    chosen = [each for each in top if each["rank"] <= 3]
    made = _translations(chosen, manifest.labels, names)
    atlas.write("translations/part-00000.parquet", made, schemas.TRANSLATIONS)
    atlas.write("trends.parquet", _trends(top, chosen, manifest.labels), schemas.TRENDS)
    return atlas


def _images(labels: list[str], names: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "image_id": f"{label}/{at:02d}.png",
            "label": label,
            "image": encoded(picture(names[label], at)),
            "width": SIDE,
            "height": SIDE,
            "group": f"g{at % 3}",
            "year": 1900 + at,
            "source_url": f"https://example.org/{at}",
            "licence": "CC0-1.0",
            "credit": "=HYPERLINK(1)" if at == 0 else "A. Maker",
            **(_on_canvas(label) if at == ON_CANVAS else {}),
        }
        for label in labels
        for at in range(PER_LABEL)
    ]


def _on_canvas(label: str) -> dict[str, Any]:
    """What a museum says of the one image of a label that is on a canvas of IIIF."""
    server = f"https://example.org/iiif/{label}"
    return {
        "title": "A <b>house</b>", "creator": "A. Maker", "date": f"c. {label}",
        "holder": "The Museum", "identifier": "M 5",
        "rights": "https://creativecommons.org/publicdomain/zero/1.0/",
        "source_width": 4 * SIDE, "source_height": 4 * SIDE,
        "canvas": f"https://example.org/canvas/{label}",
        "canvas_width": 8 * SIDE, "canvas_height": 8 * SIDE,
        "canvas_box": [0.0, 0.0, 8.0 * SIDE, 8.0 * SIDE],
        "region": f"{server}/{{region}}/max/0/default.jpg",
        "region_box": [0.0, 0.0, 4.0 * SIDE, 4.0 * SIDE],
    }  # fmt: skip


def _maps(images: list[Any], labels: list[str], random: np.random.Generator) -> list[Any]:
    rows = []
    down, across = np.mgrid[:LATENT, :LATENT]
    for image in images:
        for label in labels:
            own = 0.02 if label == image["label"] else -0.01
            spot = np.exp(-((down - 11) ** 2 + (across - 11) ** 2) / 40) * own
            mean = spot + random.normal(0, 0.001, (LATENT, LATENT))
            rows.append(
                {
                    "image_id": image["image_id"],
                    "label": label,
                    "height": LATENT,
                    "width": LATENT,
                    "mean": mean.astype(np.float16).ravel(),
                    "standard_error": np.full(LATENT**2, 0.002, np.float16),
                    "draws": 32,
                    "typicality": float(mean.mean()),
                    "se": 0.001,
                }
            )
    return rows


def _patches(images: list[Any], labels: list[str], random: np.random.Generator) -> list[Any]:
    rows = []
    for label in sorted(labels):
        own = [each for each in images if each["label"] == label]
        for kind, sign in (("least", -1), ("random", 0), ("top", 1)):
            count = 120 if kind == "top" else 30
            for rank in range(1, count + 1):
                score = 0.02 * sign * (1 - rank / 130) + (0.001 if not sign else 0)
                element = rank % ELEMENTS if kind == "top" else None
                row, col = (int(each) for each in random.integers(0, SIDE - WINDOW, 2))
                centre = np.array([labels.index(label) * 3, (element or 0) * 2])
                place = random.normal(0, 0.5, 2) + centre
                rows.append(
                    {
                        "patch_id": f"{label}-{kind}-{rank:04d}",
                        "label": label,
                        "kind": kind,
                        "rank": rank,
                        "image_id": own[rank % len(own)]["image_id"],
                        "row": row,
                        "col": col,
                        "size": WINDOW,
                        "typicality": score,
                        "se": 0.002,
                        "element": element,
                        "distance": rank / 100 if kind == "top" else None,
                        "map_x": float(place[0]) if kind == "top" else None,
                        "map_y": float(place[1]) if kind == "top" else None,
                        "rank_low": max(rank - 13, 1) if sign else None,
                        "rank_high": min(rank + 13, count) if sign else None,
                        "noise": abs(score) < 0.004,
                        "own_x": float(place[1]) if kind == "top" else None,
                        "own_y": float(place[0]) if kind == "top" else None,
                    }
                )
    return rows


def _warnings(labels: list[str]) -> list[Any]:
    return [
        {"label": label, "kind": kind, "share": 0.384, "expected": 0.117, "n": 120,
         "flagged": (label, kind) == ("1900", "border"), "test": "noise maps", "low": 0.311,
         "high": 0.449, "expected_low": 0.08, "expected_high": 0.162, "groups": 3}
        for label in labels[:2]
        for kind in ("border", "flat")
    ]  # fmt: skip


def _features(top: list[Any], random: np.random.Generator) -> list[Any]:
    centres = {key: random.normal(size=16) for key in {(p["label"], p["element"]) for p in top}}
    return [
        {
            "patch_id": each["patch_id"],
            "feature": (centres[each["label"], each["element"]] + random.normal(0, 0.1, 16)).astype(
                np.float16
            ),
        }
        for each in top
    ]


def _elements(labels: list[str]) -> list[Any]:
    return [
        {
            "label": label,
            "element": at,
            "rank": at + 1,
            "median": 0.015 - 0.004 * at,
            "size": 40,
            "spread": 0.3 + 0.2 * at,
            "mixed": at == 2,
            "name": "",
            "like_label": label if at == 2 else None,
            "like_element": 0 if at == 2 else None,
            "likeness": 0.97 if at == 2 else None,
        }
        for label in labels
        for at in range(ELEMENTS)
    ]


def _translations(chosen: list[Any], labels: list[str], names: dict[str, str]) -> list[Any]:
    return [
        {
            "patch_id": patch["patch_id"],
            "image_id": patch["image_id"],
            "label": patch["label"],
            "target": target,
            "image": encoded(picture(names[target], patch["rank"])),
            "typicality_before": -0.004,
            "se_before": 0.001,
            "typicality_after": 0.008 if target != labels[0] else 0.0005,
            "se_after": 0.001,
            "own_before": 0.009,
            "own_after": 0.001,
            "outline": 0.83,
            "outside": 4.2,
        }
        for patch in chosen
        for target in labels
        if target != patch["label"]
    ]


def _trends(top: list[Any], chosen: list[Any], labels: list[str]) -> list[Any]:
    rows: list[dict[str, Any]] = []
    for label in labels:
        for at, target in enumerate(labels):
            near = 1 - abs(labels.index(label) - at) / len(labels)
            rows.append(
                {"kind": "label", "label": label, "target": target, "typicality": 0.01 * near,
                 "n": PER_LABEL}
            )  # fmt: skip
            for element in range(ELEMENTS):
                share = near * 0.5 / (element + 1)
                rows.append(
                    {"kind": "element", "label": label, "element": element, "target": target,
                     "share": share, "low": share * 0.7, "high": min(share * 1.3, 1),
                     "typicality": 0.01 * near, "n": PER_LABEL}
                )  # fmt: skip
    for patch in [each for each in top if each["rank"] <= 20]:
        rows += [
            {"kind": "patch", "label": patch["label"], "patch_id": patch["patch_id"],
             "target": target, "typicality": 0.01 if target == patch["label"] else -0.005,
             "se": 0.002}
            for target in labels
        ]  # fmt: skip
    rows += [
        {"kind": "sequence", "label": each["label"], "element": each["element"],
         "patch_id": each["patch_id"], "typicality": 0.006}
        for each in chosen
    ]  # fmt: skip
    return rows
