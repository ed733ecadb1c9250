"""Letters of fonts that the model never saw, translated into other eras."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from demos.translations import rose, translations
from diffmine.config import TranslateConfig
from diffmine.data.image import as_mined
from diffmine.data.readers import read_image
from diffmine.data.sources import open_dataset
from diffmine.engine import Progress, silent
from diffmine.model.load import load_model

SOURCE, TARGETS = "1957", ("1450", "1800", "1830", "1985")


def translated(
    model_path: Path,
    data: Path,
    sheet: Path,
    config: TranslateConfig | None = None,
    letters: int = 20,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Translate held-out letters of 1957 and count how many became more typical of the target.

    Writes a sheet with a row for each letter: the source, then its translations.
    """
    model = load_model(model_path)
    side = min(model.trained_prompts().image_size)
    records = [
        record
        for record in open_dataset(data).limited(60).records
        if record.label == SOURCE and _single(record.image_id)
    ][:letters]
    rows, rises = [], []
    for done, record in enumerate(records, start=1):
        picture = as_mined(read_image(record.path), side)
        window = (0, 0, side)
        how = config or TranslateConfig()
        name = record.image_id
        results = translations(model, picture, window, list(TARGETS), how, name, SOURCE)
        rows.append([np.asarray(picture), *(result.picture for result in results)])
        rises.append(list(map(rose, results)))
        progress("translated", done, len(records), "letters")
    sheet.parent.mkdir(parents=True, exist_ok=True)
    _sheet(rows).save(sheet, optimize=True)
    share = np.array(rises).mean(axis=0)
    return {
        "letters": len(records),
        "from": SOURCE,
        "more_typical_of_target": round(float(np.mean(rises)), 4),
        "by_target": {t: round(float(s), 4) for t, s in zip(TARGETS, share, strict=True)},
    }


def _single(image_id: str) -> bool:
    """Whether a picture shows one letter: its name holds one code point."""
    letters = Path(image_id).stem.split("_")[-2]
    return len(letters) == 4 and chr(int(letters, 16)).isalpha()


def _sheet(rows: list[list[np.ndarray]], columns: int = 2) -> Image.Image:
    """Rows of pictures, in `columns` blocks side by side."""
    height, width = rows[0][0].shape[:2]
    deep = -(-len(rows) // columns)
    wide = (len(rows[0]) * width + 12) * columns
    sheet = Image.new("L", (wide, deep * height), 255)
    for number, row in enumerate(rows):
        left = number // deep * (len(row) * width + 12)
        for place, pixels in enumerate(row):
            tile = Image.fromarray(pixels).convert("L")
            sheet.paste(tile, (left + place * width, number % deep * height))
    return sheet.resize((sheet.width * 2, sheet.height * 2), Image.Resampling.BICUBIC)
