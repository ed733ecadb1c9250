"""Collect: every picture as it is mined, and where the data set has boxes, the boxes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from diffmine.atlas.atomic import whole, write_bytes
from diffmine.atlas.manifest import key_of
from diffmine.atlas.pictures import ROW_GROUP, picture_schema_metadata
from diffmine.atlas.schemas import IMAGES
from diffmine.atlas.writer import Workspace
from diffmine.config import DataConfig, as_dict, as_key, results
from diffmine.data.boxes import NAME as BOXES
from diffmine.data.image import as_mined, encode_picture
from diffmine.data.readers import read_image
from diffmine.data.records import Dataset
from diffmine.engine import Progress, Report, silent
from diffmine.errors import DataError, ImageError
from diffmine.maths.duplicates import picture_hash
from diffmine.stages.collect.boxes import keep_boxes, knows_sizes


def run(
    atlas: Workspace, dataset: Dataset, config: DataConfig, progress: Progress = silent
) -> Report:
    """Write images.parquet: every picture as it is mined; refused ones go to refused.csv. Where the
    data set has a boxes.csv, boxes.parquet as well."""
    report = _collect_images(atlas, dataset, config, progress)
    boxes = dataset.path / BOXES
    if boxes.is_file():
        report.figures["boxes"] = float(keep_boxes(atlas, boxes).kept)
    return report.close()


def _collect_images(
    atlas: Workspace, dataset: Dataset, config: DataConfig, progress: Progress
) -> Report:
    report = Report("collect")
    names = [(r.image_id, *(r.labels or (r.label,))) for r in dataset]
    fields = as_dict(config)
    key = key_of("images", results("data", fields), names)
    older = key_of("images", as_key(fields | _titled(atlas)), names)
    there = (atlas.path / "images.parquet").is_file()
    if there and (dataset.path / BOXES).is_file():
        there = knows_sizes(atlas)
    if there and atlas.manifest.keys.get("images") in (key, older):
        _name(atlas, config)
        report.kept = atlas.table("images", ["image_id"]).num_rows
        return report
    refused = list(dataset.refused)
    labels: set[str] = set()
    with whole(atlas.path / "images.parquet") as temporary:
        schema = IMAGES.with_metadata(picture_schema_metadata())
        with pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
            for rows in _groups(_rows(dataset, config, refused, progress)):
                writer.write_table(pa.Table.from_pylist(rows, schema), row_group_size=ROW_GROUP)
                report.done += len(rows)
                labels.update(label for row in rows for label in row["labels"])
        if not labels:
            raise DataError(f"No picture of {dataset.path} can be read: {refused[0][1]}.")
    atlas.manifest.labels = [label for label in dataset.labels if label in labels]
    atlas.manifest.config["data"] = as_dict(config)
    if atlas.manifest.keys.get("images") not in (key, older):  # else collected again as it was
        atlas.manifest.keys["images"] = key
    _write_refused(atlas, refused)
    atlas.note("images.parquet")
    report.refused = len(refused)
    return report


def _titled(atlas: Workspace) -> dict[str, Any]:
    """The title and kind that were asked for when the images were collected."""
    stored = atlas.manifest.config.get("data", {})
    return {name: stored[name] for name in ("title", "kind") if name in stored}


def _name(atlas: Workspace, config: DataConfig) -> None:
    """Give an atlas the title and kind that are asked for now, if any are."""
    if config.title:
        atlas.manifest.title = config.title
    if config.kind != DataConfig().kind:
        atlas.manifest.kind = config.kind
    atlas.save()


def _rows(
    dataset: Dataset, config: DataConfig, refused: list[tuple[str, str]], progress: Progress
) -> Iterator[dict[str, Any]]:
    for number, record in enumerate(dataset, start=1):
        try:
            source = read_image(record.path)
            picture = as_mined(source, config.image_size)
        except ImageError as error:
            refused.append((record.image_id, str(error)))
            continue
        yield {
            "image_id": record.image_id,
            "label": record.label,
            "image": {"bytes": encode_picture(picture), "path": None},
            "width": picture.width,
            "height": picture.height,
            "group": record.group,
            "year": record.year,
            "source_url": record.source_url,
            "licence": record.licence,
            "credit": record.credit,
            "hash": picture_hash(picture),
            "source_width": source.width,
            "source_height": source.height,
            "labels": list(record.labels or (record.label,)),
        }
        progress("collect", number, len(dataset), "images")


def _groups(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    for row in rows:
        group.append(row)
        if len(group) == ROW_GROUP:
            yield group
            group = []
    if group:
        yield group


def _write_refused(atlas: Workspace, refused: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("image", "reason"), *refused])
    write_bytes(atlas.path / "refused.csv", text.getvalue().encode("utf-8", "surrogateescape"))
