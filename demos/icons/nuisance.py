"""What a classifier makes of what must not tell the era: size, margins and ground of a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import Float
from PIL import Image
from sklearn.ensemble import RandomForestClassifier

from diffmine.data.sources import open_dataset

_EDGE = 2
_APART = 24.0

Features = Float[np.ndarray, " d"]


def seen(picture: Image.Image) -> Features:
    """Colours of the ground above and below (0 to 255), pixels of the long side of what stands on
    it, and the place of its middle (pixels from the left and from the top)."""
    pixels = np.asarray(picture.convert("RGB"), np.float64)
    above, below = pixels[:_EDGE].mean((0, 1)), pixels[-_EDGE:].mean((0, 1))
    down = np.linspace(0, 1, len(pixels))[:, None, None]
    ground = above * (1 - down) + below * down  # h 1 3
    rows, columns = np.nonzero(np.abs(pixels - ground).max(axis=2) > _APART)
    if len(rows) == 0:
        return np.concatenate([above, below, np.zeros(3)])
    high, wide = np.ptp(rows) + 1, np.ptp(columns) + 1
    middle = (columns.min() + wide / 2, rows.min() + high / 2)
    return np.concatenate([above, below, [max(high, wide), *middle]])


def accuracy(data: Path) -> float:
    """Share of held-out pictures whose era a forest names that saw these of the others alone."""
    table = {}
    for split in ("train", "test"):
        records = list(open_dataset(data / split))
        features = np.stack([seen(Image.open(record.path)) for record in records])
        table[split] = features, [record.label for record in records]
    forest = RandomForestClassifier(300, min_samples_leaf=5, random_state=0, n_jobs=1)
    return float(forest.fit(*table["train"]).score(*table["test"]))
