"""A small atlas of drawn films whose files are DICOM of 12 bits and may be shown. For tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from diffmine.atlas import schemas
from diffmine.atlas.manifest import Manifest
from diffmine.atlas.writer import Workspace, create_workspace, open_workspace
from diffmine.config import DataConfig
from diffmine.data.sources import open_dataset
from diffmine.stages.collect.run import run as collect
from tests.unit.data.readers.dicom.files import write

LABELS = ["Mass", "No Finding"]
WIDE, HIGH, SIDE = 640, 512, 64
PER_LABEL = 3
BRIGHT = (128, 256)
"""Row and column of the corner of a bright square of 64 pixels in each file."""


def numbers(seed: int, *, inverse: bool = False) -> np.ndarray:
    """A film of 12 bits, uint16 (512, 640): a slope from left to right, and a bright square."""
    across = np.linspace(300, 3000, WIDE)[None] + np.linspace(0, 400, HIGH)[:, None]
    film = across + np.random.default_rng(seed).integers(0, 20, (HIGH, WIDE))
    row, col = BRIGHT
    film[row : row + 64, col : col + 64] = 4000
    return (4095 - film if inverse else film).astype(np.uint16)


def make_films(folder: Path, model: str = "") -> Workspace:
    """Write data set and atlas below `folder`; whose files they are is noted in the user's folder
    of data, which a test has made its own; `model` is its path from the atlas. One patient has the
    films of 2001, 1999 and 2003."""
    data, rows, boxes = (
        folder / "data",
        ["file_name,label,patient,date"],
        ["file_name,label,x,y,w,h"],
    )
    data.mkdir(parents=True)
    row, col = BRIGHT
    for label in LABELS:
        for at, year in enumerate(("2001", "1999", "2003")):
            name, inverse = f"{label[0].lower()}{at}.dcm", at == 1
            write(
                data / name, numbers(at, inverse=inverse), BitsStored=12, HighBit=11,
                PhotometricInterpretation="MONOCHROME1" if inverse else "MONOCHROME2",
                WindowCenter=[2000, 1000], WindowWidth=[4000, 500], ViewPosition="PA",
                ImagerPixelSpacing=[0.5, 0.5], PatientOrientation=["L", "F"],
                SOPInstanceUID=f"1.2.{len(rows)}.1", SeriesInstanceUID=f"1.2.{len(rows)}.2",
                StudyInstanceUID=f"1.2.{len(rows)}.3",
            )  # fmt: skip
            rows.append(f"{name},{label},{label[0]},{year}")
        boxes.append(f"{label[0].lower()}0.dcm,{label},{col},{row},64,64")
    (data / "metadata.csv").write_text("\n".join(rows) + "\n")
    (data / "boxes.csv").write_text("\n".join(boxes) + "\n")
    manifest = Manifest(title="Drawn films", labels=LABELS, kind="finding", source="a test")
    if model:
        manifest.model = {"path": model}
        manifest.config["typicality"] = {"draws": 4, "contrast": LABELS[1]}
    atlas = create_workspace(folder / "atlas", manifest)
    with atlas.hold():
        atlas.mend()
        config = DataConfig(image_size=SIDE, view="source", group="patient", kind="finding")
        collect(atlas, open_dataset(data, group="patient"), config)
        films = sorted(atlas.table("images").to_pylist(), key=lambda row: row["image_id"])
        atlas.write("patches.parquet", _patches(films), schemas.PATCHES)
        atlas.write("maps/part-00000.parquet", _maps(films), schemas.MAPS)
    return open_workspace(folder / "atlas")


def _patches(films: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One a film and kind: the window that the bright square fills."""
    return [
        {
            "patch_id": f"{film['image_id'][:2]}-{kind}", "label": film["label"], "kind": kind,
            "rank": at + 1, "image_id": film["image_id"], "row": 16, "col": 32, "size": 16,
            "typicality": 0.02, "se": 0.002, "noise": False,
        }
        for label in LABELS
        for kind in ("least", "random", "top")
        for at, film in enumerate(film for film in films if film["label"] == label)
    ]  # fmt: skip


def _maps(films: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Typicality of the own label, high at the bright square."""
    rows = []
    for film in films:
        high, wide = film["height"] // 8, film["width"] // 8
        mean = np.full((high, wide), -0.005, np.float16)
        mean[2:4, 4:6] = 0.02
        rows.append(
            {
                "image_id": film["image_id"], "label": film["label"], "height": high, "width": wide,
                "mean": mean.ravel(), "standard_error": np.full(mean.size, 0.002, np.float16),
                "draws": 8, "typicality": 0.001, "se": 0.001,
            }
        )  # fmt: skip
    return rows
