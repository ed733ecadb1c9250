"""Mine: the best windows of each image, the best patches of each label (sections 3.3 and 4.2).

    score of a window = mean of T(x | c) over its pixels;  keep the best that do not overlap

Everything is linear, so draws are averaged first and windows read off an integral image. The
controls are the least typical windows (the same with -T) and random ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import torch
from jaxtyping import Float

from diffmine.config import MineConfig
from diffmine.diffusion.score import in_pixels
from diffmine.engine import Engine, Progress, Report, here, silent
from diffmine.errors import AtlasError, UsageError
from diffmine.store.atlas import Atlas
from diffmine.store.schemas import PATCHES

KINDS = ("top", "least", "random")


@dataclass(frozen=True)
class Window:
    """A square of an image in pixels, with its mean typicality and standard error."""

    row: int
    col: int
    size: int
    typicality: float
    se: float = 0.0


def window_means(
    map: Float[np.ndarray, "H W"], size: int
) -> Float[np.ndarray, "H-{size}+1 W-{size}+1"]:
    """Mean of every `size` x `size` window, by an integral image in float64."""
    integral = np.zeros((map.shape[0] + 1, map.shape[1] + 1))
    integral[1:, 1:] = map.cumsum(axis=0, dtype=np.float64).cumsum(axis=1)
    low, high = integral[:-size], integral[size:]
    return (high[:, size:] - high[:, :-size] - low[:, size:] + low[:, :-size]) / size**2


def best_windows(
    means: Float[np.ndarray, "h w"], size: int, keep: int, sign: int = 1
) -> list[Window]:
    """The `keep` best windows that do not overlap, best first; `sign` -1 takes the lowest.

    Of equal windows the first in reading order wins.
    """
    left = means * sign
    found: list[Window] = []
    for _ in range(keep):
        row, col = np.unravel_index(int(left.argmax()), left.shape)
        if left[row, col] == -np.inf:
            break
        found.append(Window(int(row), int(col), size, float(means[row, col])))
        rows = slice(max(row - size + 1, 0), row + size)
        left[rows, max(col - size + 1, 0) : col + size] = -np.inf
    return found


def random_windows(
    means: Float[np.ndarray, "h w"], size: int, keep: int, seed: str
) -> list[Window]:
    """Up to `keep` windows that do not overlap, in an order drawn from `seed`."""
    digest = hashlib.sha256(seed.encode("utf-8", "surrogateescape")).digest()
    order = np.random.default_rng(int.from_bytes(digest[:8], "little")).random(means.shape)
    picked = best_windows(order, size, keep)
    return [Window(w.row, w.col, size, float(means[w.row, w.col])) for w in picked]


def window_error(errors: Float[np.ndarray, "H W"], image_error: float, window: Window) -> float:
    """Standard error of a window's mean, from the errors of pixels and of the whole image.

    Neighbouring pixels err together. How far together is seen in the whole image, whose error is
    known exactly: s_image^2 = mean(s_pixel^2) / K for K independent areas, so a window holds its
    share of the K areas, and at least one.
    """
    inside = errors[window.row : window.row + window.size, window.col : window.col + window.size]
    areas = float((errors**2).mean()) / max(image_error**2, 1e-30)
    share = max(areas * window.size**2 / errors.size, 1.0)
    return float(np.sqrt((inside**2).mean() / share))


def run(
    atlas: Atlas, config: MineConfig, *, engine: Engine = here, progress: Progress = silent
) -> Report:
    """Choose the patches of every label; writes patches.parquet sorted by label, kind and rank."""
    report = Report("mine")
    if not atlas.begin("mine", config):
        report.kept = atlas.table("patches", ["patch_id"]).num_rows
        return report.close()
    info = atlas.table("images", ["image_id", "label", "height", "width"]).to_pylist()
    images = {row["image_id"]: row for row in info}
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    parts = atlas.parts("maps")
    for number, rows in enumerate(engine.map(lambda part: list(_own_maps(part, images)), parts)):
        for row in rows:
            for kind, window in _windows(row, images[row["image_id"]], config):
                found.setdefault((row["label"], kind), []).append(_patch(row, kind, window))
        progress("mine", number + 1, len(parts), "parts")
    if not any(found.values()):
        raise AtlasError(f"{atlas.path} has no image as large as the window; choose a smaller one.")
    patches = [
        patch
        for label in atlas.labels
        for kind in KINDS
        for patch in _ranked(found.get((label, kind), []), kind, config.per_label)
    ]
    atlas.write("patches.parquet", patches, PATCHES, group=8192)
    atlas.end("mine")
    report.done = len(patches)
    return report.close()


def window_size(config: MineConfig, height: int, width: int) -> int:
    """Side of the window in pixels for an image; UsageError when it is below two."""
    side = config.window * min(height, width) if config.window < 1 else config.window
    if round(side) < 2:
        raise UsageError(f"A window of {config.window} is {side:.1f} pixels here; take at least 2.")
    return round(side)


def _own_maps(part: Any, images: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows of a part whose map is under the image's own label."""
    columns = ["image_id", "label"]
    for group in range((file := pq.ParquetFile(part)).num_row_groups):
        table = file.read_row_group(group)
        names = table.select(columns).to_pylist()
        own = [k for k, n in enumerate(names) if images[n["image_id"]]["label"] == n["label"]]
        yield from table.take(own).to_pylist()


def _windows(
    row: dict[str, Any], image: dict[str, Any], config: MineConfig
) -> Iterator[tuple[str, Window]]:
    """The windows of an image for each kind; none when it is smaller than the window."""
    height, width = image["height"], image["width"]
    size = window_size(config, height, width)
    if size > min(height, width):
        return
    shape = (2, row["height"], row["width"])
    both = torch.tensor([row["mean"], row["standard_error"]], dtype=torch.float32).view(shape)
    pixels = in_pixels(both, height, width).numpy()  # 2 H W
    means = window_means(pixels[0], size)
    seed = f"{config.seed}/{row['image_id']}"
    picked = {
        "top": best_windows(means, size, config.per_image),
        "least": best_windows(means, size, config.per_image, sign=-1),
        "random": random_windows(means, size, config.per_image, seed),
    }
    for kind, windows in picked.items():
        for window in windows:
            error = window_error(pixels[1], row["se"], window)
            yield kind, Window(window.row, window.col, size, window.typicality, error)


def _patch(row: dict[str, Any], kind: str, window: Window) -> dict[str, Any]:
    place = f"{row['label']}/{kind}/{row['image_id']}/{window.row}/{window.col}/{window.size}"
    name = hashlib.sha256(place.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return {
        "patch_id": name,
        "label": row["label"],
        "kind": kind,
        "image_id": row["image_id"],
        "row": window.row,
        "col": window.col,
        "size": window.size,
        "typicality": window.typicality,
        "se": window.se,
    }


def _ranked(patches: list[dict[str, Any]], kind: str, keep: int) -> list[dict[str, Any]]:
    """The first `keep` patches with their rank: by typicality, or by name for random ones."""
    sign = {"top": -1.0, "least": 1.0, "random": 0.0}[kind]
    order = sorted(patches, key=lambda p: (sign * p["typicality"], p["patch_id"]))
    return [{**patch, "rank": rank} for rank, patch in enumerate(order[:keep], start=1)]
