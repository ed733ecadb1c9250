"""An atlas of drawn maps, as the stages before mining would leave it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.reader import Atlas
from diffmine.atlas.schemas import IMAGES, MAPS
from diffmine.atlas.writer import create_workspace

OLDER = pa.schema([field for field in MAPS if field.name not in ("score", "decay")])


def png(pixels: np.ndarray) -> dict[str, Any]:
    """A picture cell of a table."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return {"bytes": out.getvalue(), "path": None}


def image_row(name: str, label: str, pixels: np.ndarray, **more: Any) -> dict[str, Any]:
    """A row of images.parquet; without a hash, as older atlases have it."""
    height, width = pixels.shape[:2]
    return {
        "image_id": name,
        "label": label,
        "image": png(pixels),
        "width": width,
        "height": height,
    } | more


def map_row(name: str, label: str, mean: np.ndarray, **more: Any) -> dict[str, Any]:
    """A row of maps; errors of 0.01 unless given."""
    error = np.asarray(more.pop("error", np.full(mean.shape, 0.01)), np.float16)
    return {
        "image_id": name,
        "label": label,
        "height": mean.shape[0],
        "width": mean.shape[1],
        "mean": mean.astype(np.float16).ravel(),
        "standard_error": error.ravel(),
        "draws": 32,
        "typicality": float(mean.mean()),
        "se": 0.003,
    } | more


def some(
    seed: int = 0, count: int = 40, side: int = 64, latent: int = 8
) -> tuple[list[Any], list[Any]]:
    """Images with random pixels and maps under both labels, `a` and `b` by turns."""
    chance = np.random.default_rng(seed)
    images, maps = [], []
    for at in range(count):
        label = "ab"[at % 2]
        wide = side + side // 2 * (at % 3 == 0)
        pixels = chance.integers(0, 256, (side, wide, 3)).astype(np.uint8)
        images.append(image_row(f"{at:03d}.png", label, pixels, group=f"g{at % 5}"))
        for under in "ab":
            mean = chance.normal(0, 0.05, (latent, latent * wide // side))
            error = chance.uniform(0.005, 0.02, mean.shape)
            maps.append(map_row(f"{at:03d}.png", under, mean, error=error))
    return images, maps


def atlas_of(
    folder: Path, images: list[Any], maps: list[Any], part: int = 20, schema: pa.Schema = MAPS
) -> Atlas:
    """The atlas, its maps in parts of `part` rows."""
    labels = sorted({row["label"] for row in images})
    atlas = create_workspace(folder, Manifest(title="maps", labels=labels))
    atlas.write("images.parquet", images, IMAGES, group=16)
    for start in range(0, len(maps), part):
        name = f"maps/part-{start // part:05d}.parquet"
        atlas.write(name, maps[start : start + part], schema, group=8)
    return atlas
