"""What an atlas holds already of a data set, and whether the files are still what they were.

A file is what it was while its size and time of change are; else its digest decides.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from diffmine.atlas.atomic import write_bytes
from diffmine.atlas.manifest import key_of
from diffmine.atlas.reader import Atlas
from diffmine.config import DataConfig
from diffmine.data.canvas import Canvas
from diffmine.data.files import digest_of
from diffmine.data.readers.wishes import Ranges, Wishes
from diffmine.data.records import Record

NAME = ".diffmine.sources.json"
"""Size, time of change and digest of each source. A note of this machine's own: without it, or in a
copy of the atlas, files are read once more."""
Row = dict[str, Any]
VIEW = "view"
"""Beside the columns of a row of images.parquet: the file of its copy for people (empty: none) and
how many times as large it is."""
Content = tuple[str, list[str], str]
"""Name, labels and digest of an image."""


def fields_of(record: Record) -> Row:
    """The columns of images.parquet that come from a picture's record."""
    return {
        "label": record.label,
        "group": record.group,
        "year": record.year,
        "source_url": record.source_url,
        "licence": record.licensed,
        "credit": record.credited,
        "labels": labels_of(record),
        "split": record.split,
        **{name: getattr(record, name) for name in _SINCE},
        **_canvas_of(record.canvas),
    }


_SINCE = (
    *("title", "creator", "holder", "identifier", "rights", "attribution"),
    *("date", "date_first", "date_last", "generated"),
)
"""Fields of a record that older atlases lack, as they lack `split` and the canvas."""


def _canvas_of(canvas: Canvas | None) -> Row:
    names = ("canvas", "canvas_width", "canvas_height", "canvas_box", "region", "region_box")
    if canvas is None:
        return dict.fromkeys(names)
    box, part = list(canvas.box), canvas.region_box and list(canvas.region_box)
    values = (canvas.address, canvas.width, canvas.height, box, canvas.region, part)
    return dict(zip(names, values, strict=True))


def labels_of(record: Record) -> list[str]:
    """All labels of a picture, its own first."""
    return list(record.labels or (record.label,))


def digests_of(
    atlas: Atlas,
    records: Iterable[Record],
    *,
    note: bool = True,
    known_by: Callable[[Record], str] = lambda record: "",
) -> dict[str, str]:
    """The digest of each picture's file, by the picture's name; empty where it cannot be read.
    With `note` they are remembered. `known_by` says it where somebody has read the file as it is
    now, else nothing."""
    notes = _read(atlas)
    now: dict[str, list[Any]] = {}
    for record in records:
        try:
            stat = record.path.stat()
            known = notes["files"].get(record.image_id)
            if known is None or known[:2] != [stat.st_size, stat.st_mtime_ns]:
                digest = known_by(record) or digest_of(record.path)
                known = [stat.st_size, stat.st_mtime_ns, digest]
        except OSError:
            known = [0, 0, ""]
        now[record.image_id] = known
    if note and now != notes["files"]:
        _write(atlas, notes | {"files": now})
    return {name: known[2] for name, known in now.items()}


def refused_before(atlas: Atlas) -> dict[str, str]:
    """The digests of files that could not be read when the images were collected, by name."""
    return {str(name): str(digest) for name, digest in _read(atlas)["refused"].items()}


def note_refused(atlas: Atlas, digests: Mapping[str, str]) -> None:
    """Note the digests of files that cannot be read."""
    _write(atlas, _read(atlas) | {"refused": dict(digests)})


def _read(atlas: Atlas) -> dict[str, dict[str, Any]]:
    nothing: dict[str, dict[str, Any]] = {"files": {}, "refused": {}}
    try:
        notes = json.loads((atlas.path / NAME).read_text())
        whole = all(len(note) == 3 for note in notes["files"].values())
        return notes if whole and isinstance(notes["refused"], dict) else nothing
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return nothing


def _write(atlas: Atlas, notes: dict[str, dict[str, Any]]) -> None:
    write_bytes(atlas.path / NAME, json.dumps(notes).encode())


def key_of_images(
    image_size: int, contents: Iterable[Content], ranges: Ranges | None = None
) -> str:
    """The key of images as they are mined; `ranges` in which deep ones among them are shown."""
    shown = [sorted(ranges.items())] if ranges else []
    return key_of("images", image_size, sorted(contents), *shown)


@dataclass(frozen=True)
class Held:
    """The images of an atlas by name, without their pictures; none where they are of another size
    than is asked for, or the file is not as it was written."""

    atlas: Atlas
    rows: Mapping[str, Row] = field(default_factory=dict)
    ranges: Ranges = field(default_factory=dict)

    @classmethod
    def of(cls, atlas: Atlas, config: DataConfig) -> Held:
        """The images of an atlas, where they are of the size, range and kind asked for."""
        data = atlas.manifest.config.get("data", {})
        was = Wishes.of(data)
        other = data.get("image_size") != config.image_size or was.burned_in != config.burned_in
        asked = config.range
        other = other or any(asked is not None and own != asked for own in was.ranges.values())
        if other or not atlas.finished("images.parquet"):
            return cls(atlas)
        rows = atlas.table("images").to_pylist()
        if any(row["source_width"] is None or row["hash"] is None for row in rows):
            return cls(atlas)  # written before these were kept
        return cls(atlas, {row["image_id"]: row for row in rows}, was.ranges)

    def same(self, record: Record, digest: str) -> bool:
        """Whether a picture is held as its file is now; one of an atlas without digests is."""
        row = self.rows.get(record.image_id)
        return row is not None and row["source_digest"] in (None, digest)

    def row(self, record: Record, digest: str) -> Row:
        """The row of a picture that is held, with what its record says now."""
        name, views = record.image_id, self.atlas.views
        content = self.atlas.pictures.content(name)
        view = (views.content(name), views.times(name)) if views and name in views else (b"", 1)
        row = self.rows[name] | fields_of(record) | {"source_digest": digest, VIEW: view}
        return row | {"image": {"bytes": content, "path": None}}

    def describes(self, record: Record, digest: str) -> bool:
        """Whether the row of a picture says what its record and its file say now."""
        row = self.rows[record.image_id]
        now = fields_of(record)
        known = {name: row[name] for name in now}
        for name, value in now.items():
            if value == "" and known[name] is None:  # older atlases lack it
                known[name] = ""
        if record.remote is not None:  # its server has not been asked yet
            known |= {name: now[name] for name in ("region", "region_box")}
        return known == now and row["source_digest"] == digest


@dataclass(frozen=True)
class Change:
    """What differs between the images of an atlas and a data set, by name: pictures that are new,
    other (in content or labels) or gone, and records that say something else of the same picture.
    """

    new: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    records: tuple[str, ...] = ()

    @classmethod
    def of(cls, held: Held, dataset: Iterable[Record], digests: Mapping[str, str]) -> Change:
        """What differs; a file that was refused and has not changed since is no difference."""
        refused = refused_before(held.atlas) if held.rows else {}
        names: dict[str, list[str]] = {"new": [], "other": [], "records": []}
        seen = set()
        for record in dataset:
            name, digest = record.image_id, digests[record.image_id]
            seen.add(name)
            if name not in held.rows:
                if refused.get(name) != digest:
                    names["new"].append(name)
            elif not held.same(record, digest) or held.rows[name]["labels"] != labels_of(record):
                names["other"].append(name)
            elif not held.describes(record, digest):
                names["records"].append(name)
        gone = tuple(name for name in held.rows if name not in seen)
        return cls(gone=gone, **{kind: tuple(own) for kind, own in names.items()})

    def __bool__(self) -> bool:
        return self.of_pictures or bool(self.records)

    @property
    def of_pictures(self) -> bool:
        """Whether there are other pictures, or under other labels."""
        return bool(self.new or self.lost)

    @property
    def lost(self) -> bool:
        """Whether what was made of a picture is no longer right."""
        return bool(self.other or self.gone)

    @property
    def figures(self) -> dict[str, float]:
        """How many pictures differ in each way."""
        counts = {"new": self.new, "changed": self.other, "gone": self.gone}
        return {name: float(len(own)) for name, own in counts.items() if own}
