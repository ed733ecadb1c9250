"""Judges of a translated icon that know nothing of the model: eras, subjects, and how far it is
from what designers drew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Float
from PIL import Image
from scipy.ndimage import gaussian_filter
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from diffmine.data.sources import open_dataset
from diffmine.stages.evaluate.baselines.samples import cells

_CELL = 8  # pixels
_BINS = 4  # of each colour
_FINE = 1.0
_SOFT = 2.0

Features = Float[np.ndarray, " d"]


def edges(picture: Image.Image) -> Features:
    """Orientations of the edges in cells of 8 pixels."""
    return cells(np.asarray(picture.convert("L")), _CELL).ravel().astype(np.float64)


def style(picture: Image.Image) -> Features:
    """What an era is told by: edges wherever they lie, steps from pixel to pixel, colours."""
    pixels = np.asarray(picture.convert("RGB"), np.float64)
    grey = pixels.mean(axis=2)
    steps = np.abs(np.concatenate([np.diff(grey, axis=0).ravel(), np.diff(grey, axis=1).ravel()]))
    fine = np.abs(grey - gaussian_filter(grey, _FINE)).ravel()
    how_many = [
        np.histogram(values, [0, 0.5, 1.5, 3, 6, 12, 24, 48, 256])[0] / len(values)
        for values in (steps, fine)
    ]
    colours = np.histogramdd(pixels.reshape(-1, 3), _BINS, [(0, 256)] * 3)[0].ravel() / grey.size
    chroma = np.histogram(np.ptp(pixels, axis=2), 8, (0, 256))[0] / grey.size
    turned = edges(picture).reshape(-1, 9)
    return np.concatenate([*how_many, colours, chroma, turned.mean(axis=0), turned.std(axis=0)])


class Eras:
    """A small classifier that has nothing in common with the model."""

    def __init__(self, data: Path) -> None:
        records = list(open_dataset(data / "train"))
        features = np.stack([style(_opened(record.path)) for record in records])
        machine = make_pipeline(StandardScaler(), LogisticRegression(C=0.05, max_iter=500))
        self.machine: Pipeline = machine.fit(features, [record.label for record in records])

    def of(self, picture: Image.Image) -> str:
        """The era it names."""
        return str(self.machine.predict(style(picture)[None])[0])

    def accuracy(self, data: Path) -> float:
        """Share of the pictures of a folder whose era it names."""
        records = list(open_dataset(data))
        right = [self.of(_opened(record.path)) == record.label for record in records]
        return float(np.mean(right))


def nearer(source: Image.Image, made: Image.Image, real: Image.Image) -> dict[str, bool]:
    """Whether a translation is nearer to the real icon of its era than the source was: in its
    edges, and in its colours where they lie."""
    return {
        "edges": bool(_apart(edges, made, real) < _apart(edges, source, real)),
        "colours": bool(_apart(_blurred, made, real) < _apart(_blurred, source, real)),
    }


def subjects_before(own: str, picture: Image.Image, real: Mapping[str, Image.Image]) -> int:
    """How many subjects of an era are nearer to a picture by their edges than its own subject."""
    distances = {subject: _apart(edges, picture, other) for subject, other in real.items()}
    return sum(distance < distances[own] for distance in distances.values())


def _apart(of: Callable[[Image.Image], Features], one: Image.Image, other: Image.Image) -> float:
    return float(np.abs(of(one) - of(other)).mean())


def _blurred(picture: Image.Image) -> Features:
    pixels = np.asarray(picture.convert("RGB"), np.float64)
    return np.asarray(gaussian_filter(pixels, (_SOFT, _SOFT, 0))).ravel()


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB")
