"""A data set beside what an atlas holds of it; at a glance where nothing has changed.

A listing is the digest of all records with size and time of change of their files. Where it is the
one that was noted when the images were last collected, no file and no row is looked at.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from functools import cached_property
from operator import attrgetter

import pyarrow.parquet as pq

from diffmine.atlas.atomic import write_bytes
from diffmine.atlas.digests import SETTLED
from diffmine.atlas.manifest import key_of
from diffmine.atlas.reader import Atlas
from diffmine.config import DataConfig
from diffmine.data.glance import Glance
from diffmine.data.glances import glances
from diffmine.data.records import Dataset, Record
from diffmine.errors import AtlasError
from diffmine.stages.collect.held import (
    Change,
    Held,
    digests_of,
    key_of_images,
    labels_of,
    refused_before,
)

NAME = ".diffmine.listing.json"
_told = attrgetter(*(f.name for f in fields(Record) if f.compare and f.name != "path"))
"""All that a record says of its picture."""


@dataclass(frozen=True)
class Compared:
    """What differs between a data set and an atlas's images of a size; with `note` the digests of
    files are remembered. It is of the moment in which it is made. `glances` are looks at pictures
    by their names that collect had and the cache did not take."""

    atlas: Atlas
    dataset: Dataset
    config: DataConfig
    note: bool = True
    glances: dict[str, Glance] = field(default_factory=dict)
    listing: str = field(init=False)
    settled: bool = field(init=False)

    def __post_init__(self) -> None:
        listing, newest = _listing(self.dataset, self.config)
        object.__setattr__(self, "listing", listing)
        object.__setattr__(self, "settled", time.time_ns() - newest > SETTLED)

    @cached_property
    def same(self) -> bool:
        """Whether records and files are those that the atlas was collected from."""
        noted = _read(self.atlas)
        images = self.atlas.manifest.artefacts.get("images.parquet")
        known = noted == {"listing": self.listing, "images": images}
        return known and self.atlas.finished("images.parquet")

    @cached_property
    def count(self) -> int:
        """How many images the atlas holds, in the size asked for."""
        if self.same:
            return int(pq.read_metadata(self.atlas.path / "images.parquet").num_rows)
        return len(self.held.rows)

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """The digest of each file, by the picture's name."""
        with glances(self.dataset.path, self.config.burned_in) as known:
            return digests_of(self.atlas, self.dataset, note=self.note, known_by=known.digest)

    @cached_property
    def held(self) -> Held:
        """What the atlas holds."""
        return Held.of(self.atlas, self.config)

    @cached_property
    def change(self) -> Change:
        """What differs."""
        return Change() if self.same else Change.of(self.held, self.dataset, self.digests)

    @cached_property
    def groups(self) -> str:
        """The key of which images that stay belong together now, where that is another than it was;
        else empty. What groups are called does not matter."""
        now = {} if self.same else {record.image_id: record.group for record in self.dataset}
        both = [name for name in sorted(now) if name in self.held.rows]
        was = _partition(self.held.rows[name]["group"] for name in both)
        then = _partition(now[name] for name in both)
        return "" if was == then else key_of("groups", then)

    def key(self) -> str:
        """The key that the images of the data set will have, if those are refused that were."""
        refused = refused_before(self.atlas)
        contents = [(r.image_id, labels_of(r), self.digests[r.image_id]) for r in self.dataset]
        ranges = self.held.ranges
        read = [content for content in contents if refused.get(content[0]) != content[2]]
        return key_of_images(self.config.image_size, read, ranges)

    def remember(self) -> None:
        """Note that the atlas holds the data set as it is. Not when a file has changed just now:
        clocks of file systems are coarse."""
        images = self.atlas.manifest.artefacts.get("images.parquet")
        if self.settled and not self.same:
            with suppress(AtlasError):
                text = json.dumps({"listing": self.listing, "images": images})
                write_bytes(self.atlas.path / NAME, text.encode())


def _partition(groups: Iterable[str | None]) -> list[int]:
    """The groups of images, numbered in their order; 0 is none."""
    numbers: dict[str, int] = {}
    return [numbers.setdefault(group, len(numbers) + 1) if group else 0 for group in groups]


def _listing(dataset: Dataset, config: DataConfig) -> tuple[str, int]:
    """The digest of a data set's records and files' sizes and times, and the newest time."""
    how = (config.image_size, config.range, config.burned_in)
    digest, newest = hashlib.sha256(repr((how, dataset.refused)).encode()), 0
    for record in dataset:
        try:
            stat = record.path.stat()
            times = (stat.st_size, stat.st_mtime_ns)
        except OSError:
            times = (0, 0)
        newest = max(newest, times[1])
        digest.update(repr((*_told(record), *times)).encode(errors="surrogateescape"))
    return digest.hexdigest(), newest


def _read(atlas: Atlas) -> object:
    try:
        return json.loads((atlas.path / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
