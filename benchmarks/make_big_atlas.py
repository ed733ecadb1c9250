"""A synthetic atlas of many patches, to time the app on.

    python -m benchmarks.make_big_atlas FOLDER [--patches 1000000] [--labels 365] [--dimensions 16]

PATCHES top patches in all and 100 others of each label, under LABELS made-up places. Each label has
a few drawn pictures that all its patches share; scores, elements, places on the map, features
(`--dimensions 0` leaves them out) and trends are random numbers of the right shape. Written label
by label, so that memory does not grow with the patches.
"""

from __future__ import annotations

import argparse
import colorsys
import io
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image, ImageDraw

from benchmarks.make_maps import filled, halves
from diffmine.atlas import schemas
from diffmine.atlas.atomic import whole
from diffmine.atlas.manifest import Manifest
from diffmine.atlas.trends import GROUP
from diffmine.atlas.writer import Workspace, create_workspace

SIDE, WINDOW = 96, 24
PICTURES, ELEMENTS, OTHERS = 8, 8, 50
MODULUS, STEP = 2**48, 0x9E3779B97F4B  # an odd step meets every name once
SAID = "Synthetic: drawn shapes and random numbers, made to time the app; no place is meant."
GOLDEN = np.pi * (3 - 5**0.5)


class Rows:
    """Tables that come one by one, written in row groups of GROUP."""

    def __init__(self, writer: pq.ParquetWriter, schema: pa.Schema) -> None:
        self.writer, self.schema = writer, schema
        self.waiting: list[pa.Table] = []

    def add(self, columns: dict[str, object], count: int) -> None:
        """Some columns of `count` rows; the others are null."""
        self.waiting.append(filled(columns, count, self.schema))
        if sum(map(len, self.waiting)) >= 4 * GROUP:
            self.flush()

    def flush(self, *, last: bool = False) -> None:
        """Write all whole row groups, at the end the rest too."""
        table = pa.concat_tables([self.schema.empty_table(), *self.waiting])
        ready = len(table) if last else len(table) // GROUP * GROUP
        self.writer.write_table(table.slice(0, ready), row_group_size=GROUP)
        self.waiting = [table.slice(ready)]


@contextmanager
def stream(atlas: Workspace, name: str, schema: pa.Schema) -> Iterator[Rows]:
    """A table of the atlas that is written in parts, as `Workspace.write` does it whole."""
    words = [field.name for field in schema if pa.types.is_string(field.type)]
    with (
        whole(atlas.path / name) as temporary,
        pq.ParquetWriter(temporary, schema, compression="zstd", use_dictionary=words) as file,
    ):
        rows = Rows(file, schema)
        yield rows
        rows.flush(last=True)
    atlas.note(name)


def picture(label: int, labels: int, at: int) -> bytes:
    """A drawn picture of a label as a PNG: its hue and its number of corners are the label's."""
    chance = np.random.default_rng([label, at])
    page = Image.new("RGB", (SIDE, SIDE), "#f4f1ea")
    hue = tuple(round(255 * each) for each in colorsys.hls_to_rgb(label / labels, 0.42, 0.6))
    x, y = (int(each) for each in chance.integers(34, SIDE - 34, 2))
    turn = float(chance.uniform(0, 360))
    ImageDraw.Draw(page).regular_polygon((x, y, 30), 3 + label % 6, turn, fill=hue)
    grain = chance.normal(0, 3, (SIDE, SIDE, 1))
    out = io.BytesIO()
    pixels = np.clip(np.asarray(page) + grain, 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def names_of(first: int, count: int) -> list[str]:
    """Names of patches, 12 hexadecimal digits that are all different."""
    return [f"{(number * STEP + 1) % MODULUS:012x}" for number in range(first, first + count)]


def write_images(atlas: Workspace) -> None:
    """PICTURES pictures of each label."""
    labels = atlas.labels
    rows = [
        {
            "image_id": f"{label}/{at}.png",
            "label": label,
            "image": {"bytes": picture(place, len(labels), at), "path": None},
            "width": SIDE,
            "height": SIDE,
            "group": f"group {at % 3}",
            "year": 1900 + at,
            "licence": "CC0-1.0",
            "credit": "drawn by a recipe",
        }
        for place, label in enumerate(labels)
        for at in range(PICTURES)
    ]
    atlas.write("images.parquet", rows, schemas.IMAGES, group=128)


def patches_of(
    label: str, kind: str, ids: list[str], centre: np.ndarray, chance: np.random.Generator
) -> dict[str, object]:
    """The columns of a list, the best first."""
    count = len(ids)
    sign = {"top": 1, "random": 0, "least": -1}[kind]
    score = sign * np.sort(chance.gamma(4, 0.004, count))[::-1] + chance.normal(0, 1e-4, count)
    images = chance.integers(0, PICTURES, count)
    columns: dict[str, object] = {
        "patch_id": ids,
        "label": [label] * count,
        "kind": [kind] * count,
        "rank": np.arange(1, count + 1),
        "image_id": [f"{label}/{at}.png" for at in images.tolist()],
        "row": chance.integers(0, SIDE - WINDOW, count),
        "col": chance.integers(0, SIDE - WINDOW, count),
        "size": np.full(count, WINDOW),
        "typicality": score,
        "se": np.full(count, 0.002),
        "noise": np.abs(score) < 0.004,
    }
    if kind == "top":
        element = chance.integers(0, ELEMENTS, count)
        turn = 2 * np.pi * element / ELEMENTS
        ring = np.stack([np.cos(turn), np.sin(turn)], 1)
        own = ring * 3 + chance.normal(0, 0.6, (count, 2))
        place = centre + ring * 0.5 + chance.normal(0, 0.15, (count, 2))
        columns |= {"element": element, "distance": chance.gamma(4, 0.05, count)}
        columns |= {"map_x": place[:, 0], "map_y": place[:, 1]}
        columns |= {"own_x": own[:, 0], "own_y": own[:, 1]}
    return columns


def write_patches(atlas: Workspace, patches: int, dimensions: int) -> None:
    """The lists of every label, and the features of its top patches in a part of their own."""
    labels, written = atlas.labels, 0
    with stream(atlas, "patches.parquet", schemas.PATCHES) as rows:
        for at, label in enumerate(labels):
            chance = np.random.default_rng([7, at])
            centre = np.sqrt(at) * 2 * np.array([np.cos(at * GOLDEN), np.sin(at * GOLDEN)])
            top = patches * (at + 1) // len(labels) - patches * at // len(labels)
            for kind, count in (("top", top), ("least", OTHERS), ("random", OTHERS)):
                ids = names_of(written, count)
                columns = patches_of(label, kind, ids, centre, chance)
                rows.add(columns, count)
                written += count
                if kind == "top" and dimensions:
                    _write_features(atlas, at, ids, columns["element"], dimensions)


def _write_features(
    atlas: Workspace, at: int, ids: list[str], element: object, dimensions: int
) -> None:
    chance = np.random.default_rng([11, at])
    centres = chance.normal(size=(ELEMENTS, dimensions))
    values = centres[np.asarray(element)] + chance.normal(0, 0.2, (len(ids), dimensions))
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    table = pa.table({"patch_id": ids, "feature": halves(values)})
    atlas.write(f"features/part-{at:05d}.parquet", table.cast(schemas.FEATURES), schemas.FEATURES)


def write_elements(atlas: Workspace, patches: int) -> None:
    """ELEMENTS elements of each label."""
    size = patches // len(atlas.labels) // ELEMENTS
    rows = [
        {
            "label": label,
            "element": at,
            "rank": at + 1,
            "median": 0.02 - 0.001 * at,
            "size": size,
            "spread": 0.2 + 0.01 * at,
            "mixed": at == ELEMENTS - 1,
            "name": "",
        }
        for label in atlas.labels
        for at in range(ELEMENTS)
    ]
    atlas.write("elements.parquet", rows, schemas.ELEMENTS)


def write_trends(atlas: Workspace) -> None:
    """A curve over all labels for each label and each of its elements."""
    labels, count = atlas.labels, len(atlas.labels)
    with stream(atlas, "trends.parquet", schemas.TRENDS) as rows:
        for kind in ("element", "label"):
            for at, label in enumerate(labels):
                near = 1 / (1 + np.abs(np.arange(count) - at))
                for element in range(ELEMENTS) if kind == "element" else (None,):
                    columns: dict[str, object] = {
                        "kind": [kind] * count,
                        "label": [label] * count,
                        "target": labels,
                        "typicality": 0.02 * near,
                        "low": 0.3 * near,
                        "high": 0.6 * near,
                        "n": np.full(count, PICTURES),
                    }
                    if element is not None:
                        columns |= {"element": np.full(count, element), "share": 0.45 * near}
                    rows.add(columns, count)


def make(folder: Path, patches: int, labels: int, dimensions: int) -> Workspace:
    """Write the atlas into a folder that holds none yet, and open it."""
    names = [f"Place {number:0{len(str(labels))}d}" for number in range(1, labels + 1)]
    manifest = Manifest(
        title=f"{patches:,} patches of {labels} places",
        labels=names,
        kind="place",
        description=SAID,
        limits=["Synthetic data: it says nothing about any real place."],
        licence="CC0-1.0",
        config={"data": {"image_size": SIDE}},
    )
    atlas = create_workspace(folder, manifest)
    write_images(atlas)
    write_patches(atlas, patches, dimensions)
    write_elements(atlas, patches)
    write_trends(atlas)
    return atlas


def main() -> None:
    """Make it and say what that took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    for name, value in (("patches", 10**6), ("labels", 365), ("dimensions", 16)):
        parser.add_argument(f"--{name}", type=int, default=value)
    given = parser.parse_args()
    if (given.folder / "atlas.json").exists():
        parser.error(f"{given.folder} holds an atlas already; name another folder.")
    start = time.monotonic()
    made = make(given.folder, given.patches, given.labels, given.dimensions)
    size = sum(path.stat().st_size for path in made.path.rglob("*") if path.is_file())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{given.patches:,} patches of {given.labels} labels in {time.monotonic() - start:.0f} s, "
        f"peak {peak:.2f} GB, {size / 1e6:.0f} MB in {made.path}"
    )


if __name__ == "__main__":
    main()
