"""Sensitivity: the same images mined from other timesteps and by other draws (supplement).

    overlap       share of the atlas's first K patches that the other list's first K hold as well
    beside it     what a list at random would hold, and what two halves of the same draws hold of
                  each other: two estimates that differ by nothing but their draws
    correlation   Spearman's, over the images' mean typicality, and over windows of a patch's size

Every way is compared on the same images. The atlas's list of them is what mine would choose if it
had no other images. Intervals take the lists as they are and resample images or their groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from diffmine.atlas.reader import Atlas
from diffmine.atlas.schemas import SENSITIVITY
from diffmine.atlas.sensitivity import (
    FIGURES,
    OWN,
    TABLE,
    Sensitivity,
    Variant,
    part_of,
    sample_of,
    variants_of,
    write_sensitivity,
)
from diffmine.atlas.writer import Workspace
from diffmine.config import MineConfig, SensitivityConfig, TypicalityConfig, as_dict
from diffmine.engine import Engine, Progress, Report, here, silent
from diffmine.maths.agreement import by_chance, matched, spearman
from diffmine.maths.bootstrap import Bootstrap, interval, mean_of
from diffmine.stages.sensitivity.lists import Pictures, list_of, windows_of
from diffmine.stages.sensitivity.scored import Scores, scored

Row = dict[str, Any]
Resampled = Float[np.ndarray, " b"]


def run(
    atlas: Workspace,
    config: SensitivityConfig,
    *,
    engine: Engine = here,
    progress: Progress = silent,
) -> Report:
    """Compare an atlas with itself, mined in other ways; writes sensitivity.json and the first
    patches of every list, sensitivity.parquet. The maps of draws that are new are there
    (stages/typicality/again.py)."""
    report = Report("sensitivity")
    variants, images = variants_of(atlas, config), sample_of(atlas, config)
    if atlas.begin("sensitivity", config) is None:
        report.kept = len(variants)
        return report.close()
    names = list(images)
    parts = {
        variant.name: [
            part_of(atlas, variant, number, names[start : start + config.shard])
            for number, start in enumerate(range(0, len(names), config.shard))
        ]
        for variant in variants
    }
    keys = {(name, label) for name, own in images.items() for label in own}
    known = scored(atlas, variants, parts, keys)
    compared = Compared(atlas, config, images)
    rows: list[Row] = []
    patches: list[Row] = []
    total = len(atlas.labels) * len(variants)
    for label in atlas.labels:
        own = compared.mined(label, known.own)
        if not len(own.rows):
            continue
        halves = [compared.mined(label, half) for half in known.halves or ()]
        ceiling = compared.pair(*halves) if halves else None
        chance = compared.chance(own)
        patches += _listed(OWN, own, own)
        for variant in variants:
            other = compared.mined(label, known.variants[variant.name])
            rows.append(compared.row(variant.name, own, other, ceiling, chance))
            patches += _listed(variant.name, other, own)
            progress("sensitivity", len(rows), total, "comparisons")
    rows += [compared.over_labels(variant.name) for variant in variants]
    atlas.write(TABLE, patches, SENSITIVITY)
    write_sensitivity(atlas, _result(atlas, config, variants, compared, rows))
    atlas.end("sensitivity")
    report.done = len(variants)
    return report.close()


def _result(
    atlas: Atlas,
    config: SensitivityConfig,
    variants: Sequence[Variant],
    compared: Compared,
    rows: list[Row],
) -> Sensitivity:
    how = as_dict(atlas.configured(TypicalityConfig))
    own = {name: how[name] for name in ("preset", "t_range", "seed")}
    own["draws"] = atlas.configured(TypicalityConfig).count
    counts = {label: len(compared.pictures(label).names) for label in atlas.labels}
    listed = [asdict(variant) | {"new": variant.new} for variant in variants]
    return Sensitivity(as_dict(config), own, listed, counts, rows)


@dataclass(frozen=True, eq=False)
class Mined:
    """A label's images in one way: their mean typicality, its windows at every place with their
    images, and its list of patches, of which the first `top` are compared."""

    pictures: Pictures
    images: Float[np.ndarray, " n"]
    windows: Float[np.ndarray, " w"]
    of_window: Int[np.ndarray, " w"]
    rows: np.ndarray
    top: int

    @cached_property
    def places(self) -> list[tuple[int, tuple[int, int, int]]]:
        """The first `top` windows of the list with the number of their image."""
        rows = self.rows[: self.top]
        return [(int(r["image"]), (int(r["row"]), int(r["col"]), int(r["size"]))) for r in rows]


@dataclass(eq=False)
class Pair:
    """Two ways compared: figures, and each in every resample."""

    figures: dict[str, float] = field(default_factory=dict)
    resampled: dict[str, Resampled] = field(default_factory=dict)


@dataclass(eq=False)
class Compared:
    """Comparisons of an atlas, on the same resamples of the same images."""

    atlas: Atlas
    config: SensitivityConfig
    images: dict[str, tuple[str, ...]]
    known: dict[str, list[tuple[Pair, Row]]] = field(default_factory=dict)

    @cached_property
    def mine(self) -> MineConfig:
        """How the atlas was mined."""
        return self.atlas.configured(MineConfig)

    @cached_property
    def _records(self) -> dict[str, Row]:
        table = self.atlas.table("images", ["image_id", "height", "width", "group"])
        return {row["image_id"]: row for row in table.to_pylist()}

    @cached_property
    def _groups(self) -> dict[str, int]:
        """Images that belong together by a number of their group; others by one of their own."""
        names = [self._records[name]["group"] or f"/{name}" for name in self.images]
        numbers = {group: at for at, group in enumerate(dict.fromkeys(names))}
        return {image: numbers[group] for image, group in zip(self.images, names, strict=True)}

    @cached_property
    def _bootstrap(self) -> Bootstrap:
        groups = np.array(list(self._groups.values()), np.int64)
        return Bootstrap(groups, self.config.bootstrap, self.config.seed)

    def pictures(self, label: str) -> Pictures:
        """The images of a label that are compared."""
        names = [name for name, own in self.images.items() if label in own]
        records = [self._records[name] for name in names]
        group = [self._groups[r["image_id"]] if r["group"] else -1 for r in records]
        pixels = [(int(r["height"]), int(r["width"])) for r in records]
        return Pictures(label, names, pixels, np.array(group, np.int64))

    def mined(self, label: str, scores: Scores) -> Mined:
        """A label's images mined from some maps."""
        pictures = self.pictures(label)
        own = [scores[name, label] for name in pictures.names]
        rows = list_of(pictures, own, self.mine)
        windows, of_window = windows_of(pictures, own, self.mine)
        means = np.array([moments.score for moments in own], np.float64)
        top = max(1, min(self.config.top, len(rows) // 2))
        return Mined(pictures, means, windows, of_window, rows, top)

    def pair(self, one: Mined, other: Mined) -> Pair:
        """Overlap and correlations of two ways."""
        group = np.array([self._groups[name] for name in one.pictures.names], np.int64)
        at = np.array([image for image, _ in one.places], np.int64)
        hits = matched(one.places, other.places).astype(np.float64)
        times = self._bootstrap.times(group)
        return Pair(
            {
                "overlap": float(hits.mean()),
                "images": float(spearman(one.images, other.images)[0]),
                "windows": float(spearman(one.windows, other.windows)[0]),
            },
            {
                "overlap": self._bootstrap.means(hits, group[at]),
                "images": spearman(one.images, other.images, times),
                "windows": spearman(one.windows, other.windows, times[:, one.of_window]),
            },
        )

    def chance(self, own: Mined) -> float:
        """The overlap of a label's list with one of windows at random."""
        pixels = dict(enumerate(own.pictures.pixels))
        seed, share = f"{self.config.seed}/{own.pictures.label}", own.top / len(own.rows)
        return by_chance(own.places, share, pixels, self.mine.per_image, seed)

    def row(
        self, variant: str, own: Mined, other: Mined, ceiling: Pair | None, chance: float
    ) -> Row:
        """The figures of a label in another way."""
        pair = self.pair(own, other)
        row: Row = {"variant": variant, "label": own.pictures.label, "top": own.top}
        row |= {"of": len(own.rows), "n": len(own.images), "chance": chance}
        for name in ("overlap", "images", "windows"):
            row[f"halves_{name}"] = ceiling.figures[name] if ceiling else None
        if ceiling:
            pair.figures["below"] = pair.figures["overlap"] - ceiling.figures["overlap"]
            pair.resampled["below"] = pair.resampled["overlap"] - ceiling.resampled["overlap"]
        row |= _with_intervals(pair)
        self.known.setdefault(variant, []).append((pair, row))
        return row

    def over_labels(self, variant: str) -> Row:
        """The mean over the labels."""
        known = self.known[variant]
        rows = [row for _, row in known]
        row: Row = {"variant": variant, "label": ""}
        row |= {name: sum(one[name] for one in rows) for name in ("top", "of", "n")}
        for name in ("chance", "halves_overlap", "halves_images", "halves_windows"):
            values = [one[name] for one in rows if one[name] is not None]
            row[name] = float(np.nanmean(values)) if values else None
        names = [name for name in FIGURES if name in known[0][0].figures]
        mean = Pair(
            {name: float(np.nanmean([pair.figures[name] for pair, _ in known])) for name in names},
            {name: mean_of([pair.resampled[name] for pair, _ in known]) for name in names},
        )
        return row | _with_intervals(mean)


def _with_intervals(pair: Pair) -> Row:
    row: Row = {}
    for name in FIGURES:
        known = name in pair.figures
        low, high = interval(pair.resampled[name]) if known else (None, None)
        row |= {name: pair.figures.get(name), f"{name}_low": low, f"{name}_high": high}
    return row


def _listed(variant: str, mined: Mined, own: Mined) -> list[Row]:
    """The rows of sensitivity.parquet of a list."""
    hits = matched(mined.places, own.places)
    return [
        {
            "variant": variant,
            "label": mined.pictures.label,
            "rank": rank,
            "patch_id": row["name"].decode(),
            "image_id": mined.pictures.names[row["image"]],
            "row": int(row["row"]),
            "col": int(row["col"]),
            "size": int(row["size"]),
            "typicality": float(row["typicality"]),
            "se": float(row["se"]),
            "matched": bool(hit),
        }
        for rank, (row, hit) in enumerate(zip(mined.rows[: mined.top], hits, strict=True), 1)
    ]
