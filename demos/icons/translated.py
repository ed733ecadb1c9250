"""Held-out icons translated into other eras, against what designers of those eras drew.

    python -m demos.icons.translated --model DIR --data DIR --out FILE [--icons 24]

Of each translation, beside the source:

    edges, colours   nearer to the real icon of the same subject than the source is (judge.py)
    dift             the same by the model's own features
    found            a classifier of another kind names the target era
    subject          its own subject is among the five nearest of the target era's real icons
    rose             its typicality of the target rose
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from PIL import Image

from demos.icons.icons import Icon, read_icons
from demos.icons.judge import Eras, nearer, subjects_before
from demos.icons.paint import CANVAS, chance_of
from demos.icons.pairs import PAIRS, Pair, by_subject, painted, pairs
from demos.icons.recipe import SEED
from demos.icons.themes import CACHE, fetch, is_free
from demos.sheets import grid
from demos.translations import rose, translations
from diffmine.config import ClusterConfig, TranslateConfig
from diffmine.engine import Progress, silent
from diffmine.model.dift import features
from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.pixels import to_tensor
from diffmine.pipeline.progress import shown

TARGETS = 3
NEAREST = 5

Row = dict[str, Any]


def translated(
    model_path: Path,
    data: Path,
    sheet: Path,
    config: TranslateConfig | None = None,
    icons: int = 24,
    progress: Progress = silent,
) -> Row:
    """Figures of the translations of held-out icons into three other eras each. Writes a sheet with
    a row for each icon of a free theme: the source, then translations beside the real icons."""
    model, eras, listed, places = load_model(model_path), Eras(data), read_icons(), fetch(CACHE)
    judge = _Judge(model, eras, listed, places)
    rows: list[Row] = []
    strips = []
    for done, pair in enumerate(pairs(listed, places, icons, TARGETS, SEED), start=1):
        targets = _targets(pair)
        results = translations(
            model, pair.source, (0, 0, CANVAS), targets, config or TranslateConfig(),
            pair.icon.key, pair.icon.theme.era,
        )  # fmt: skip
        strip = [np.asarray(pair.source)]
        for result in results:
            made = Image.fromarray(result.picture)
            rows.append(judge(pair, result.target, made) | {"rose": rose(result)})
            strip += [result.picture, np.asarray(pair.real[result.target])]
        if is_free(pair.icon.licence):
            strips.append(strip)
        progress("translated", done, icons, "icons")
    if strips:
        sheet.parent.mkdir(parents=True, exist_ok=True)
        grid(strips, scale=1).save(sheet, optimize=True)
    by_target: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        by_target[row["target"]].append(row["found"])
    figures = ("edges", "colours", "dift", "found", "subject", "rose")
    return {
        "icons": len({row["icon"] for row in rows}),
        "translations": len(rows),
        **{name: round(float(np.mean([row[name] for row in rows])), 4) for name in figures},
        "found_before": round(float(np.mean([row["found_before"] for row in rows])), 4),
        "found_of_real": round(float(np.mean([row["found_of_real"] for row in rows])), 4),
        "found_by_target": {era: round(float(np.mean(all_)), 4) for era, all_ in by_target.items()},
    }


def _targets(pair: Pair) -> list[str]:
    """Three of the eras that drew the subject, by the icon's name."""
    eras = sorted(pair.real)
    start = sum(map(ord, pair.icon.key)) % len(eras)
    return [*eras[start:], *eras[:start]][:TARGETS]


class _Judge:
    """All measures of one translation."""

    def __init__(
        self, model: Model, eras: Eras, icons: Sequence[Icon], places: dict[str, Path]
    ) -> None:
        self.model, self.eras, self.places = model, eras, places
        self.subjects = by_subject(icons)

    def __call__(self, pair: Pair, era: str, made: Image.Image) -> Row:
        real, own = pair.real[era], pair.icon.subject
        chance = chance_of(SEED, PAIRS, pair.icon.key)
        of_era = {
            subject: painted(drawn[era], self.places, chance)
            for subject, drawn in self.subjects.items()
            if era in drawn and len(drawn) > TARGETS
        } | {own: real}
        before, after, there = (self._seen(each) for each in (pair.source, made, real))
        return {
            "icon": pair.icon.key,
            "target": era,
            **nearer(pair.source, made, real),
            "dift": _apart(after, there) < _apart(before, there),
            "found": self.eras.of(made) == era,
            "found_before": self.eras.of(pair.source) == era,
            "found_of_real": self.eras.of(real) == era,
            "subject": subjects_before(own, made, of_era) < NEAREST,
        }

    @torch.inference_mode()
    def _seen(self, picture: Image.Image) -> Float[np.ndarray, "d h w"]:
        how = ClusterConfig()
        latent = self.model.encode(to_tensor(picture))[0]
        null = self.model.trained_prompts().null_prompt
        seen = features(
            self.model, latent, null, "judged",
            timestep=how.timestep, up_block=how.up_block, noises=how.noises,
        )  # fmt: skip
        return np.asarray(seen.float())


def _apart(one: Float[np.ndarray, "d h w"], other: Float[np.ndarray, "d h w"]) -> float:
    """Mean over places of one less the cosine of their features."""
    dot = (one * other).sum(axis=0)
    lengths = np.linalg.norm(one, axis=0) * np.linalg.norm(other, axis=0)
    return float(1 - (dot / np.maximum(lengths, 1e-9)).mean())


def main() -> None:
    """Judge one way of translating; writes the figures as JSON and a sheet beside it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("build/icons/pictures"))
    parser.add_argument("--model", type=Path, default=Path("assets/models/icons"))
    parser.add_argument("--out", type=Path, required=True, help="JSON file of the figures")
    parser.add_argument("--icons", type=int, default=24)
    parser.add_argument(
        "--settings", type=json.loads, default={}, help='JSON, such as {"guidance": 3.0}'
    )
    options = parser.parse_args()
    config = TranslateConfig(**options.settings)
    sheet = options.out.with_suffix(".png")
    with shown() as progress:
        figures = translated(options.model, options.data, sheet, config, options.icons, progress)
    options.out.write_text(json.dumps(figures, indent=1))
    print(figures)


if __name__ == "__main__":
    main()
