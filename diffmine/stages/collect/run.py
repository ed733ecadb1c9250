"""Collect: every picture as it is mined, and where the data set has boxes, the boxes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from diffmine.atlas.atomic import whole, write_bytes
from diffmine.atlas.pictures import ROW_GROUP
from diffmine.atlas.reader import Atlas
from diffmine.atlas.records import KeptBoxes
from diffmine.atlas.rowgroups import described
from diffmine.atlas.schemas import IMAGES
from diffmine.atlas.writer import Workspace
from diffmine.config import DataConfig, MineConfig, as_dict
from diffmine.data.bins import bins_by
from diffmine.data.boxes import NAME as BOXES
from diffmine.data.dates.order import are_dates
from diffmine.data.files import printable
from diffmine.data.glance import Glance
from diffmine.data.glances import glances
from diffmine.data.mined import Mined, read_mined
from diffmine.data.readers.base import INSTALL
from diffmine.data.readers.wishes import Wishes
from diffmine.data.records import Dataset, Record
from diffmine.data.together import read_together
from diffmine.engine import Engine, Progress, Report, here, silent
from diffmine.errors import DataError, ImageError
from diffmine.stages.collect.boxes import forget_boxes, keep_boxes
from diffmine.stages.collect.compared import Compared
from diffmine.stages.collect.held import (
    VIEW,
    Content,
    Held,
    Row,
    fields_of,
    key_of_images,
    note_refused,
)
from diffmine.stages.collect.survey import figures_of, noted_before, wishes_of
from diffmine.stages.collect.views import (
    beside,
    note_views,
    note_whereabouts,
    pixels_of,
    views_are_there,
)
from diffmine.words.generated import limits

REFUSED = "refused.csv"


def run(
    atlas: Workspace,
    dataset: Dataset,
    config: DataConfig,
    progress: Progress = silent,
    compared: Compared | None = None,
    engine: Engine = here,
) -> Report:
    """Write images.parquet: every picture as it is mined; refused ones go to refused.csv. Where the
    data set has a boxes.csv, boxes.parquet as well.

    Pictures that are there are not decoded again. A file that is new, changed, repaired or broken
    since gives the images another key: it is scored alone, and what was made of all images is made
    again. A changed record (year, licence, credit) gives none. `compared` is the data set beside
    the atlas, where the caller knows it. The workers of an `engine` other than `here` decode the
    pictures, which lie under the same paths there.
    """
    compared = compared or Compared(atlas, dataset, config)
    report = _collect_images(atlas, dataset, config, compared, engine, progress)
    note_whereabouts(atlas, dataset, config)
    boxes = dataset.boxes or dataset.path / BOXES
    if boxes.is_file():
        report.figures |= _figures(keep_boxes(atlas, boxes, of_data=True))
    elif atlas.manifest.config.get("boxes", {}).get("of_data"):
        forget_boxes(atlas)
    return report.close()


def _figures(boxes: KeptBoxes) -> dict[str, float]:
    """How many boxes there are, and how many of a kind that is not kept."""
    counts = {
        "boxes of other pictures": boxes.elsewhere,
        "boxes beyond their picture": boxes.beyond,
        "boxes cropped away": boxes.cropped,
        "rows that are no boxes": boxes.refused,
    }
    return {"boxes": float(boxes.kept)} | {name: float(n) for name, n in counts.items() if n}


def _collect_images(
    atlas: Workspace,
    dataset: Dataset,
    config: DataConfig,
    compared: Compared,
    engine: Engine,
    progress: Progress,
) -> Report:
    report = Report("collect")
    change = compared.change
    viewed, view = views_are_there(atlas, config), pixels_of(config)
    noted = viewed and _refused_are_noted(atlas) and atlas.manifest.intact
    if compared.count and not change and noted:
        order = [label for label in dataset.labels if label in atlas.manifest.labels]
        if sorted(order) == sorted(atlas.manifest.labels):
            atlas.manifest.labels = order
        _name(atlas, config)
        compared.remember()
        report.kept = compared.count
        return report
    digests, held = compared.digests, compared.held
    _check_groups(atlas, compared)
    refused = list(dataset.refused)
    complete = viewed or not view
    own = (report, progress, engine, compared.glances)
    work = _Work(dataset, config, held, complete, digests, refused, *own)
    work.prepare(noted_before(atlas.path / REFUSED))
    rows, manifest, ranges = work.rows(), atlas.manifest, work.wishes.ranges
    with (
        whole(atlas.path / "images.parquet") as temporary,
        beside(atlas, view, rows) as plain,
    ):
        contents = _write(temporary, plain, len(dataset))
        if not contents:
            why = refused[0][1].removesuffix(".")
            raise DataError(f"No picture of {dataset.named} can be read: {why}.")
        key = manifest.keys.get("images", "")
        if change.of_pictures or not held.rows:
            key = key_of_images(config.image_size, contents, ranges)
        if key != manifest.keys.get("images") and (change.lost or not held.rows):
            atlas.drop_after("images")
    # Before the images are noted: who is stopped between the two collects once more.
    _write_refused(atlas, refused + work.notes)
    lasting = [name for name, reason in refused if INSTALL not in reason]
    note_refused(atlas, {name: digests.get(name, "") for name in lasting})
    labels = {label for _, own, _ in contents for label in own}
    generated = {record.image_id: record.generated for record in dataset}
    manifest.limits = limits(manifest.limits, [generated.get(name, "") for name, _, _ in contents])
    manifest.labels = [label for label in dataset.labels if label in labels]
    new = "data" not in manifest.config  # an older one keeps the kind it has
    if new and config.kind == "auto" and (bins_by(config) or are_dates(manifest.labels)):
        manifest.kind = "time"
    manifest.config["data"] = as_dict(config)
    if ranges:
        manifest.config["data"]["ranges"] = work.wishes.told()["ranges"]
    manifest.keys["images"] = key
    _name(atlas, config)
    atlas.note("images.parquet")
    note_views(atlas, view)
    if len(lasting) == len(refused):  # else a package may be installed until the next time
        compared.remember()
    report.refused = len(refused)
    report.figures |= change.figures | figures_of(ranges)
    if work.notes:
        report.figures["read in part"] = float(len(work.notes))
    return report


def _refused_are_noted(atlas: Workspace) -> bool:
    """Whether refused.csv is as it was written; older atlases noted no digest of it."""
    older = REFUSED not in atlas.manifest.artefacts and (atlas.path / REFUSED).is_file()
    return older or atlas.finished(REFUSED)


def _check_groups(atlas: Workspace, compared: Compared) -> None:
    """Have done again what looks at groups where other images belong together: mine for its
    warnings, and for its patches where it limits those of a group; trends for its intervals."""
    if not compared.groups:
        return
    if atlas.configured(MineConfig).per_group:
        atlas.manifest.keys["groups"] = compared.groups
    atlas.reopen(*by_group(atlas))
    atlas.save()


def by_group(atlas: Atlas) -> list[str]:
    """The stages that look at which images belong together."""
    return ["mine", *(["trends"] if atlas.has("counts") else [])]


def _write(path: Path, rows: Iterator[Row], images: int) -> list[Content]:
    """Write the table of so many images at most; what is in it."""
    contents: list[Content] = []
    known = described(IMAGES)
    with pq.ParquetWriter(path, IMAGES, compression="zstd", write_statistics=known) as writer:
        for group in grouped(rows, images):
            writer.write_table(pa.Table.from_pylist(group, IMAGES), row_group_size=len(group))
            contents += [(row["image_id"], row["labels"], row["source_digest"]) for row in group]
    return contents


def _name(atlas: Workspace, config: DataConfig) -> None:
    """Give an atlas the title and kind that are asked for now, if any are."""
    if config.title:
        atlas.manifest.title = config.title
    if config.kind != DataConfig().kind:
        atlas.manifest.kind = config.kind
    atlas.save()


_MOST_GROUPS = 1000
_GROUP_BYTES = 4 * 2**20


@dataclass
class _Work:
    """Reading the pictures that an atlas does not hold; `refused`, `notes` (what of a picture is
    not read) and `glances` (those that the cache does not take) grow with it."""

    dataset: Dataset
    config: DataConfig
    held: Held
    viewed: bool
    digests: Mapping[str, str]
    refused: list[tuple[str, str]]
    report: Report
    progress: Progress
    engine: Engine = here
    glances: dict[str, Glance] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)
    before: Mapping[str, str] = field(default_factory=dict)
    wishes: Wishes = field(default_factory=Wishes)

    def prepare(self, before: Mapping[str, str]) -> None:
        """Look at deep pictures for their range; `before` are the notes of those that are held."""
        new = [record for record in self.dataset if not self._same(record)]
        self.before = before
        self.wishes = wishes_of(self.config, self.held, new, lambda: self._tell(0))

    def rows(self) -> Iterator[Row]:
        """The rows of all pictures that are held or can be read."""
        number = 1
        new = [record.path for record in self.dataset if not self._same(record)]
        size, view = self.config.image_size, pixels_of(self.config)
        how = (new, size, view, lambda: self._tell(number - 1), self.wishes)
        read = read_mined(*how) if self.engine is here else read_together(self.engine, *how)
        seen = glances(self.dataset.path, self.config.burned_in)
        with closing(read) as pictures, seen as glanced:
            for number, record in enumerate(self.dataset, start=1):
                name, digest = record.image_id, self.digests[record.image_id]
                if self._same(record):
                    self.report.kept += 1
                    self._note(name, self.before.get(name, ""))
                    yield self.held.row(record, digest)
                    continue
                picture = next(pictures)
                if isinstance(picture, ImageError):
                    self.refused.append((name, str(picture)))
                    continue
                self._note(name, picture.note)
                if picture.glance:
                    glance = replace(picture.glance, digest=digest)
                    if not glanced.keep(record, glance):
                        self.glances[name] = glance
                row = _row(record, picture, digest)
                # Only its copy is made anew: what was scored stays as it was, to the last bit.
                if self.held.same(record, digest):
                    row = self.held.row(record, digest) | {VIEW: row[VIEW]}
                yield row
                self.report.done += 1
                self._tell(number)

    def _same(self, record: Record) -> bool:
        return self.viewed and self.held.same(record, self.digests[record.image_id])

    def _note(self, name: str, note: str) -> None:
        if note:
            self.notes.append((name, note))

    def _tell(self, done: int) -> None:
        self.progress("collect", done, len(self.dataset), "images")


def _row(record: Record, picture: Mined, digest: str) -> Row:
    return {
        "image_id": record.image_id,
        "image": {"bytes": picture.content, "path": None},
        VIEW: (picture.view, picture.times),
        "width": picture.width,
        "height": picture.height,
        "hash": picture.hash,
        "source_width": picture.source_width,
        "source_height": picture.source_height,
        "source_digest": digest,
        **fields_of(record),
    }


def grouped(rows: Iterator[Row], images: int) -> Iterator[list[Row]]:
    """Rows in the groups that are written and read at once, of so many images in all: ROW_GROUP, or
    more of small pictures where there are very many, for what is said of each group stands in the
    file's footer, which is read whole."""
    least = max(ROW_GROUP, -(-images // _MOST_GROUPS))
    group: list[Row] = []
    size = 0
    for row in rows:
        group.append(row)
        size += len(row["image"]["bytes"])
        if len(group) >= least or (len(group) >= ROW_GROUP and size >= _GROUP_BYTES):
            yield group
            group, size = [], 0
    if group:
        yield group


def _write_refused(atlas: Workspace, refused: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("image", "reason"), *refused])
    write_bytes(atlas.path / REFUSED, printable(text.getvalue()).encode())
    atlas.note(REFUSED)
