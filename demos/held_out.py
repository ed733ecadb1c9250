"""How well a model finds the labels of pictures that it never saw."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from diffmine.config import TypicalityConfig
from diffmine.data.image import as_mined
from diffmine.data.readers import read_image
from diffmine.data.sources import open_dataset
from diffmine.engine import Progress, silent
from diffmine.live.score import score_maps
from diffmine.maths.score import Scoring
from diffmine.model.load import load_model

DRAWS = 32
PER_LABEL = 16


def held_out(
    model_path: Path,
    data: Path,
    progress: Progress = silent,
    per_label: int = PER_LABEL,
    draws: int = DRAWS,
) -> dict[str, Any]:
    """Score held-out pictures under every label: share whose true label comes first, and the
    table of true (rows) against found (columns) labels."""
    model = load_model(model_path)
    prompts = model.trained_prompts()
    labels = list(prompts.labels)
    how = Scoring.of(TypicalityConfig(draws=draws))
    records = open_dataset(data).limited(per_label).records
    table = np.zeros((len(labels), len(labels)), int)
    for done, record in enumerate(records, start=1):
        picture = as_mined(read_image(record.path), min(prompts.image_size))
        maps = score_maps(model, picture, labels, how, record.image_id)
        found = max(labels, key=lambda label: maps[label][2].typicality)
        table[labels.index(record.label), labels.index(found)] += 1
        progress("held out", done, len(records), "images")
    near = sum(int(np.trace(table, offset=k)) for k in (-1, 0, 1))
    return {
        "images": len(records),
        "draws": draws,
        "true_label_first": round(float(np.trace(table)) / len(records), 4),
        "true_or_neighbouring_label_first": round(near / len(records), 4),
        "labels": labels,
        "table": table.tolist(),
    }
