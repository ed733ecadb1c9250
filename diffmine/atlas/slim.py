"""A smaller copy of an atlas, to be shipped: maps under an image's own label only, small images
packed with all effort, which a build has no time for."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from diffmine.atlas import edits
from diffmine.atlas.manifest import write_manifest
from diffmine.atlas.reader import Atlas
from diffmine.atlas.schemas import MAPS
from diffmine.atlas.several import COLUMNS, labels_of
from diffmine.atlas.writer import Workspace, open_workspace

_FILES = (
    "images", "patches", "duplicates", "warnings", "confounds", "elements",
    "trends", "shown", "sequences", "changes", "counts", "boxes", "sensitivity",
)  # fmt: skip
EVALUATION, SENSITIVITY = "evaluation.json", "sensitivity.json"
_FOLDERS = ("features", "translations", "parallel", "maps-base")


def slim(atlas: Atlas, target: Path) -> Workspace:
    """Copy an atlas to `target`, which must not exist, with one map for each image.

    Trends keep what the other maps told: the dating curves of the top patches.
    """
    target.mkdir(parents=True)
    manifest = atlas.manifest
    manifest.artefacts = {}
    write_manifest(target, manifest)
    copy = open_workspace(target)
    for name in _FILES:
        if atlas.has(name):
            shutil.copy(atlas.path / f"{name}.parquet", target / f"{name}.parquet")
            copy.note(f"{name}.parquet")
    _pack(copy)
    for name in (EVALUATION, SENSITIVITY, edits.NAME):
        if (atlas.path / name).is_file():
            shutil.copy(atlas.path / name, target / name)
            copy.note(name)
    for folder in _FOLDERS:
        for part in atlas.parts(folder):
            (target / folder).mkdir(exist_ok=True)
            shutil.copy(part, target / folder / part.name)
            copy.note(f"{folder}/{part.name}")
    for part in atlas.parts("maps"):
        copy.write(f"maps/{part.name}", _own(part, atlas), MAPS, group=16)
    return copy


_LOSSLESS = b"VP8L"
_HIGHEST = 6


def _pack(copy: Workspace) -> None:
    """Write the images anew, lossless ones in fewer bytes with the same pixels."""
    file = pq.ParquetFile(copy.path / "images.parquet")
    table, group = file.read(), file.metadata.row_group(0).num_rows
    at = table.schema.get_field_index("image")
    pictures = [{**row, "bytes": _packed(row["bytes"])} for row in table["image"].to_pylist()]
    column = pa.array(pictures, table.schema.field(at).type)
    copy.write("images.parquet", table.set_column(at, table.schema.field(at), column),
               table.schema, group)  # fmt: skip


def _packed(file: bytes) -> bytes:
    if file[12:16] != _LOSSLESS:
        return file
    with Image.open(io.BytesIO(file)) as picture:
        buffer = io.BytesIO()
        picture.save(buffer, "WEBP", lossless=True, quality=100, method=_HIGHEST, exact=True)
    return min(file, buffer.getvalue(), key=len)


def _own(part: Path, atlas: Atlas) -> pa.Table:
    table = pq.read_table(part)
    images = atlas.table("images", COLUMNS)
    own = dict(zip(images["image_id"].to_pylist(), labels_of(images), strict=True))
    names, labels = table["image_id"].to_pylist(), table["label"].to_pylist()
    keep = [label in own[name] for name, label in zip(names, labels, strict=True)]
    return table.filter(pa.array(keep, pa.bool_())).sort_by([("image_id", "ascending")])
