"""Translations of drawn cars against the same cars drawn anew under the other decades.

python -m demos.cars.translated --data DIR --out FILE [--methods pnp,ddim,sdedit,ddpm] [--cars 8]
                              [--settings JSON]

Between a source and its true redrawing, `changed` are the pixels that differ:

    inside     mean |made - true| over mean |source - true|, on the changed pixels; 1: nothing done
    outside    mean |made - source| on the others, of 255
    raised     share of translations whose typicality of the target rose, in the whole picture
    found      share whose decade a classifier of another kind names (HOG and logistic regression,
               learned from the training pictures)
    itself     share of sources that change less into their own label than into any other
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter
from sklearn.linear_model import LogisticRegression

from demos.sheets import grid
from demos.translations import rose, translations
from diffmine.config import TranslateConfig
from diffmine.data.image import as_mined
from diffmine.data.readers import read_image
from diffmine.data.sources import open_dataset
from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.pixels import to_arrays, to_tensor
from diffmine.pipeline.progress import shown
from diffmine.stages.evaluate.baselines.samples import cells

METHODS = ("pnp", "ddim", "sdedit", "ddpm")
CHANGED = 16.0
"""Difference of 255, smoothed over two pixels, from which a pixel counts as redrawn."""
LEARNED = 300
"""Pictures of a label that the classifier learns from."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Car:
    """The same car under every decade, uint8 (h, w, 3), as mined."""

    name: str
    drawn: dict[str, np.ndarray]


def cars(data: Path, side: int, count: int) -> list[Car]:
    """The first cars of the recipe's pairs."""
    found: dict[str, dict[str, np.ndarray]] = {}
    for record in open_dataset(data / "pairs"):
        picture = as_mined(read_image(record.path), side)
        found.setdefault(record.path.stem, {})[record.label] = np.asarray(picture)
    return [Car(name, drawn) for name, drawn in sorted(found.items())[:count]]


def changed(source: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Where the true redrawing differs from the source, bool (h, w)."""
    difference = np.abs(true.astype(float) - source).mean(axis=2)
    return np.asarray(gaussian_filter(difference, 1.0) > CHANGED)


def distances(source: np.ndarray, made: np.ndarray, true: np.ndarray) -> Row:
    """`inside` and `outside` of one translation."""
    where = changed(source, true)
    to_true, to_source, between = (
        np.abs(a.astype(float) - b).mean(axis=2)
        for a, b in ((made, true), (made, source), (source, true))
    )
    inside = to_true[where].mean() / between[where].mean() if where.any() else np.nan
    return {"inside": float(inside), "outside": float(to_source[~where].mean())}


class Decades:
    """A classifier that has nothing in common with the model."""

    def __init__(self, data: Path, side: int) -> None:
        records = open_dataset(data / "train").limited(LEARNED).records
        features = np.stack([_hog(np.asarray(as_mined(read_image(r.path), side))) for r in records])
        machine = LogisticRegression(C=0.1, max_iter=300)
        self.machine = machine.fit(features, [record.label for record in records])

    def of(self, picture: np.ndarray) -> str:
        """The decade it names."""
        return str(self.machine.predict(_hog(picture)[None])[0])


def _hog(picture: np.ndarray) -> np.ndarray:
    return cells(np.asarray(Image.fromarray(picture).convert("L")), 8).ravel()


def judge(
    model: Model, all_cars: Sequence[Car], decades: Decades, config: TranslateConfig
) -> tuple[Row, list[list[np.ndarray]]]:
    """Figures of a method, and a row of pictures for each source."""
    labels = sources = list(model.trained_prompts().labels)
    rows: list[Row] = []
    itself: list[bool] = []
    strips = []
    started = time.monotonic()
    for number, car in enumerate(all_cars):
        own = sources[number % len(sources)]
        source = car.drawn[own]
        high, wide = source.shape[:2]
        window = ((high - min(high, wide)) // 2, (wide - min(high, wide)) // 2, min(high, wide))
        name = f"{own}/{car.name}"
        picture = Image.fromarray(source)
        results = translations(model, picture, window, labels, config, name, own)
        made = {result.target: result for result in results}
        moved = {label: np.abs(made[label].picture.astype(float) - source).mean() for label in made}
        itself.append(min(moved, key=lambda label: moved[label]) == own)
        strips.append([source, *(made[label].picture for label in labels)])
        for label in labels:
            if label == own:
                continue
            result = made[label]
            assert result.fidelity is not None
            rows.append(
                distances(source, result.picture, car.drawn[label])
                | {"raised": rose(result), "outline": result.fidelity.outline}
                | {"found": decades.of(result.picture) == label}
            )
    figures = {key: round(float(np.nanmean([row[key] for row in rows])), 4) for key in rows[0]}
    figures |= {"itself": float(np.mean(itself)), "n": len(rows)}
    figures["seconds"] = round((time.monotonic() - started) / len(all_cars), 2)
    return figures, strips


def bounds(model: Model, all_cars: Sequence[Car], decades: Decades) -> Row:
    """What can be had: the classifier on the true drawings, and on them as the autoencoder gives
    them back; the autoencoder's own change."""
    true, back, change = [], [], []
    for car in all_cars:
        for label, drawn in car.drawn.items():
            again = to_arrays(model.decode(model.encode(to_tensor(Image.fromarray(drawn)))))[0]
            true.append(decades.of(drawn) == label)
            back.append(decades.of(again) == label)
            change.append(np.abs(again.astype(float) - drawn).mean())
    names = ("found_true", "found_autoencoder", "autoencoder")
    means = (float(np.mean(each)) for each in (true, back, change))
    return {name: round(mean, 4) for name, mean in zip(names, means, strict=True)}


def main() -> None:
    """Judge every method; writes the figures as JSON and a sheet beside it for each method."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("build/cars/pictures"))
    parser.add_argument("--model", type=Path, default=Path("assets/models/cars"))
    parser.add_argument("--out", type=Path, required=True, help="JSON file of the figures")
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--cars", type=int, default=8)
    parser.add_argument(
        "--settings", type=json.loads, default={}, help='JSON, such as {"guidance": 3.0}'
    )
    options = parser.parse_args()
    model = load_model(options.model)
    side = min(model.trained_prompts().image_size)
    all_cars, decades = cars(options.data, side, options.cars), Decades(options.data, side)
    found: Row = {"bounds": bounds(model, all_cars, decades)}
    print(found, flush=True)
    with shown() as progress:
        methods = options.methods.split(",")
        for number, method in enumerate(methods, start=1):
            config = TranslateConfig(**{"method": method, "draws": 8, **options.settings})
            found[method], strips = judge(model, all_cars, decades, config)
            print(method, found[method], flush=True)
            grid(strips, scale=2).save(options.out.with_name(f"{options.out.stem}-{method}.png"))
            progress("translated", number, len(methods), "methods")
    options.out.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
