"""An atlas of synthetic DICOM films with patches and maps, for tests of what goes back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset as Elements

from diffmine.atlas import schemas
from diffmine.atlas.manifest import Manifest
from diffmine.atlas.reader import Atlas, open_atlas
from diffmine.atlas.writer import create_workspace
from diffmine.config import DataConfig
from diffmine.data.records import Dataset
from diffmine.data.sources import open_dataset
from diffmine.stages.collect.run import run as collect
from tests.unit.data.readers.dicom.files import dataset, save

SIDE = 32
LABELS = ("No Finding", "Pneumothorax")
SCORE, ERROR = 0.0123, 0.0021
PORTRAIT, LANDSCAPE = (211, 150), (150, 211)
"""Rows and columns."""


def film(rows: int, columns: int, bits: int = 12) -> np.ndarray:
    """Stored numbers of a smooth picture, (rows, columns) uint16."""
    y, x = np.mgrid[0:rows, 0:columns] / max(rows, columns)
    values = (np.sin(9 * x + 4 * y) + np.cos(7 * y) + 2) / 4
    return np.round(values * ((1 << bits) - 1)).astype(np.uint16)


def described(stored: np.ndarray, number: int, bits: int, **elements: Any) -> Elements:
    """A radiograph of `bits` bits with the UIDs of its number."""
    return dataset(
        stored,
        **{
            "SOPInstanceUID": f"1.2.826.0.1.3680043.8.498.{number}.1",
            "SeriesInstanceUID": f"1.2.826.0.1.3680043.8.498.{number}.2",
            "StudyInstanceUID": f"1.2.826.0.1.3680043.8.498.{number}.3",
            "BitsStored": bits,
            "HighBit": bits - 1,
            **elements,
        },
    )


Films = Mapping[str, tuple[Elements, np.ndarray]]
"""Data sets and their stored numbers by names of files."""


def make_atlas(folder: Path, films: Films, view: Any = "source", contrast: bool = False) -> Atlas:
    """An atlas of films by the names of their files, all with the label Pneumothorax, but for a
    drawn one of No Finding. Each has two patches, the first 16 pixels wide at row 8, column 12 and
    the second 8 wide at row 0, column 0, and a map that is high at the lower right;
    with `contrast` also one of the contrast with No Finding that is so at the lower left."""
    data = folder / "data"
    draw(data)
    for name, (own, stored) in films.items():
        save(data / LABELS[1] / name, own, stored)
    return atlas_of(folder, view, contrast)


def draw(data: Path) -> None:
    """The folders of the labels, with a drawn picture of No Finding."""
    for label in LABELS:
        (data / label).mkdir(parents=True)
    Image.new("L", (SIDE, SIDE)).save(data / LABELS[0] / "drawn.png")


def atlas_of(
    folder: Path, view: Any = "source", contrast: bool = False, dataset: Dataset | None = None
) -> Atlas:
    """The same of the films that lie in its folder `data`, or of those of a data set."""
    dataset = dataset or open_dataset(folder / "data")
    labels = list(dataset.labels)
    manifest = Manifest("Films", labels, kind="finding")
    manifest.config["typicality"] = {"contrast": LABELS[0]} if contrast else {}
    atlas = create_workspace(folder / "atlas", manifest)
    with atlas.hold():
        config = DataConfig(image_size=SIDE, view=view)
        collect(atlas, dataset, config)
        images = atlas.table("images").to_pylist()
        maps = [_map(row) for row in images]
        if contrast:
            maps += [_contrast(row) for row in maps]
        atlas.put("maps/part-00000.parquet", maps)
        patches = [patch for label in labels for patch in _patches(images, label)]
        atlas.write("patches.parquet", patches, schemas.PATCHES)
    return open_atlas(atlas.path)


def _map(row: dict[str, Any]) -> dict[str, Any]:
    high, wide = row["height"] // 8, row["width"] // 8
    mean = np.zeros((high, wide), np.float16)
    mean[-1, -1], mean[0, 0] = 0.02, -0.02
    return {
        "image_id": row["image_id"],
        "label": row["label"],
        "height": high,
        "width": wide,
        "mean": mean.ravel(),
        "standard_error": np.full(mean.size, 0.002, np.float16),
        "draws": 32,
    }


def _contrast(row: dict[str, Any]) -> dict[str, Any]:
    mean = row["mean"].reshape(row["height"], row["width"])[:, ::-1]
    return {**row, "score": f"against {LABELS[0]}", "mean": 2 * mean.ravel()}


WINDOWS = ((8, 12, 16), (0, 0, 8))
"""Row, column and size of the patches of each film, in pixels as mined."""


def _patches(images: list[dict[str, Any]], label: str) -> list[dict[str, Any]]:
    own = [row["image_id"] for row in images if row["label"] == label]
    windows = [(name, window) for name in own for window in WINDOWS]
    return [
        {
            "patch_id": f"{label}-top-{rank:04d}",
            "label": label,
            "kind": "top",
            "rank": rank,
            "image_id": name,
            **dict(zip(("row", "col", "size"), window, strict=True)),
            "typicality": SCORE,
            "se": ERROR,
        }
        for rank, (name, window) in enumerate(windows, 1)
    ]
