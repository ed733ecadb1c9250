"""Collect: every picture as it is mined, and where the data set has boxes, the boxes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from diffmine.atlas.atomic import whole, write_bytes
from diffmine.atlas.manifest import key_of
from diffmine.atlas.pictures import ROW_GROUP, picture_schema_metadata
from diffmine.atlas.schemas import IMAGES
from diffmine.atlas.writer import Workspace
from diffmine.config import DataConfig, MineConfig, as_dict, as_key, results
from diffmine.data.boxes import NAME as BOXES
from diffmine.data.files import printable
from diffmine.data.mined import read_mined
from diffmine.data.records import Dataset
from diffmine.engine import Progress, Report, silent
from diffmine.errors import DataError, ImageError
from diffmine.stages.collect.boxes import forget_boxes, keep_boxes
from diffmine.stages.collect.held import (
    Held,
    Row,
    digests_of,
    fields_of,
    note_refused,
    refused_before,
)

NAMED = "images:names"
"""The key of the images' names and settings, whatever became of the files since."""


def run(
    atlas: Workspace, dataset: Dataset, config: DataConfig, progress: Progress = silent
) -> Report:
    """Write images.parquet: every picture as it is mined; refused ones go to refused.csv. Where the
    data set has a boxes.csv, boxes.parquet as well.

    Pictures that are there are not decoded again. A file that was changed, repaired or broken since
    gives the images another key, so that all that was computed from them is computed again; a
    changed record (year, licence, credit) gives none.
    """
    report = _collect_images(atlas, dataset, config, progress)
    boxes = dataset.path / BOXES
    if boxes.is_file():
        report.figures["boxes"] = float(keep_boxes(atlas, boxes, of_data=True).kept)
    elif atlas.manifest.config.get("boxes", {}).get("of_data"):
        forget_boxes(atlas)
    return report.close()


def _collect_images(
    atlas: Workspace, dataset: Dataset, config: DataConfig, progress: Progress
) -> Report:
    report = Report("collect")
    keys = atlas.manifest.keys
    key, older = _keys(atlas, dataset, config)
    known = keys.get(NAMED, keys.get("images")) in (key, older)
    digests = digests_of(atlas, dataset)
    held = Held.of(atlas, config.image_size)
    if known and held.rows and _unchanged(atlas, held, dataset, digests):
        _name(atlas, config)
        report.kept = len(held.rows)
        return report
    _check_groups(atlas, held, dataset)
    refused = list(dataset.refused)
    rows = _rows(dataset, config, held, digests, refused, report, progress)
    with whole(atlas.path / "images.parquet") as temporary:
        labels = _write(temporary, rows)
        if not labels:
            raise DataError(f"No picture of {dataset.path} can be read: {refused[0][1]}.")
    atlas.manifest.labels = [label for label in dataset.labels if label in labels]
    atlas.manifest.config["data"] = as_dict(config)
    _write_refused(atlas, refused)
    note_refused(atlas, {name: digests.get(name, "") for name, _ in refused})
    atlas.note("images.parquet")
    keys[NAMED] = key
    keys["images"] = _content_key(atlas, held, keys["images"]) if known else key
    _name(atlas, config)
    report.refused = len(refused)
    return report


def _keys(atlas: Workspace, dataset: Dataset, config: DataConfig) -> tuple[str, str]:
    """The key of the settings and of the pictures' names and labels; the same as older versions
    wrote it, of every setting."""
    names = [(r.image_id, *(r.labels or (r.label,))) for r in dataset]
    fields = as_dict(config)
    older = key_of("images", as_key(fields | _titled(atlas)), names)
    return key_of("images", results("data", fields), names), older


def _unchanged(atlas: Workspace, held: Held, dataset: Dataset, digests: Mapping[str, str]) -> bool:
    """Whether every picture is held as it is now, and what was refused is still what it was."""
    refused = refused_before(atlas)
    return all(
        held.same(record, digests[record.image_id])
        and held.describes(record, digests[record.image_id])
        if record.image_id in held.rows
        else refused.get(record.image_id) == digests[record.image_id]
        for record in dataset
    )


def _content_key(atlas: Workspace, held: Held, before: str) -> str:
    """The key of the images after some of them changed; as it was where none did."""
    table = atlas.table("images", ["image_id", "source_digest"])
    now = dict(zip(*(column.to_pylist() for column in table.columns), strict=True))
    was = {name: row["source_digest"] for name, row in held.rows.items()} or now
    other = sorted(
        (name, now.get(name, ""))
        for name in {*now, *was}
        if was.get(name, "") not in (None, now.get(name, ""))
    )
    return key_of(before, other) if other else before


def _check_groups(atlas: Workspace, held: Held, dataset: Dataset) -> None:
    """Mine again where it limits the patches of a group and groups have changed."""
    groups = {record.image_id: record.group for record in dataset}
    changed = any((row["group"] or "") != groups.get(name) for name, row in held.rows.items())
    if changed and atlas.configured(MineConfig).per_group:
        atlas.manifest.keys.pop("mine", None)


def _write(path: Path, rows: Iterator[Row]) -> set[str]:
    """Write the table of images; all labels in it."""
    labels: set[str] = set()
    schema = IMAGES.with_metadata(picture_schema_metadata())
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for group in _groups(rows):
            writer.write_table(pa.Table.from_pylist(group, schema), row_group_size=ROW_GROUP)
            labels.update(label for row in group for label in row["labels"])
    return labels


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
    dataset: Dataset,
    config: DataConfig,
    held: Held,
    digests: Mapping[str, str],
    refused: list[tuple[str, str]],
    report: Report,
    progress: Progress,
) -> Iterator[Row]:
    number = 1
    new = [record.path for record in dataset if not held.same(record, digests[record.image_id])]

    def tell(done: int) -> None:
        progress("collect", done, len(dataset), "images")

    with closing(read_mined(new, config.image_size, lambda: tell(number - 1))) as pictures:
        for number, record in enumerate(dataset, start=1):
            digest = digests[record.image_id]
            if held.same(record, digest):
                report.kept += 1
                yield held.row(record, digest)
                continue
            picture = next(pictures)
            if isinstance(picture, ImageError):
                refused.append((record.image_id, str(picture)))
                continue
            yield {
                "image_id": record.image_id,
                "image": {"bytes": picture.content, "path": None},
                "width": picture.width,
                "height": picture.height,
                "hash": picture.hash,
                "source_width": picture.source_width,
                "source_height": picture.source_height,
                "source_digest": digest,
                **fields_of(record),
            }
            report.done += 1
            tell(number)


def _groups(rows: Iterator[Row]) -> Iterator[list[Row]]:
    group: list[Row] = []
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
    write_bytes(atlas.path / "refused.csv", printable(text.getvalue()).encode())
