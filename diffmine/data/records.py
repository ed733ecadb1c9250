"""A data set: a table of labelled pictures. Pixels stay where they are until needed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from diffmine.data.canvas import Canvas
from diffmine.data.rights import short_name
from diffmine.data.web.remote import Remote


@dataclass(frozen=True)
class Record:
    """One picture: `image_id` is its path inside the data set, with forward slashes. What its
    source does not say of it is empty."""

    image_id: str
    label: str
    path: Path
    group: str = ""
    year: int | None = None
    source_url: str = ""
    licence: str = ""
    """The licence or rights in words; empty: those of `rights`."""
    credit: str = ""
    """Who is to be named; empty: `attribution`, else `creator`."""
    labels: tuple[str, ...] = ()
    """All its labels, `label` first; empty when it has no other."""
    split: str = ""
    """Part of the data set that it is in (train, val, test); empty: it has none."""
    title: str = ""
    creator: str = ""
    holder: str = ""
    """The institution that has it."""
    identifier: str = ""
    """What its holder calls it: a shelf mark, an accession number."""
    rights: str = ""
    """Address of a statement of its rights, as `rights_of` (diffmine/data/rights.py) gives it."""
    attribution: str = ""
    """What its holder asks to be written beside it."""
    date: str = ""
    """Its date as it was written."""
    date_first: int | None = None
    """The years that it is sure to lie in, as astronomers count; None: open, or not read."""
    date_last: int | None = None
    generated: str = ""
    """By what model it was made, and how; empty: no model made it, for all its source says."""
    canvas: Canvas | None = None
    remote: Remote | None = field(default=None, compare=False)
    """A picture that is fetched to `path` before a build; None: it is there."""
    also: tuple[tuple[str, str], ...] = ()
    """Columns of the table that need not belong to the labels (camera, view), and their values."""

    @property
    def licensed(self) -> str:
        """Its licence or rights in words: those that were written, else the name of the statement,
        else its address."""
        return self.licence or short_name(self.rights) or self.rights

    @property
    def credited(self) -> str:
        """Who is to be named."""
        return self.credit or self.attribution or self.creator


@dataclass(frozen=True)
class Dataset:
    """Records sorted by `image_id`; `labels` in their order; `refused` rows with a reason; `notes`
    what else a person should know of how it was read; `boxes` the file of its boxes; `title` what
    it is called where it is no folder; `home` the address that a person gave, if it was one, and
    `login` the name and password that came with it; `origin` the address and revision of what was
    fetched whole, as from the Hub; `dates` the different texts that were read as dates, refused
    ones too, and in how many rows each stands."""

    path: Path
    records: tuple[Record, ...]
    labels: tuple[str, ...]
    refused: tuple[tuple[str, str], ...] = field(default=())
    notes: tuple[str, ...] = ()
    boxes: Path | None = None
    title: str = ""
    home: str = ""
    login: str = field(default="", repr=False)
    origin: str = ""
    dates: tuple[tuple[str, int], ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    """The columns of its table and what each is read as; empty: it is not read."""

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    @property
    def named(self) -> str:
        """What it is called in a sentence: the address, else the path."""
        return self.home or str(self.path)

    def limited(self, per_label: int) -> Dataset:
        """At most `per_label` images of each label, chosen by the hash of their names; an image of
        several labels counts for its first."""
        if per_label <= 0:
            return self
        ranked = sorted(self.records, key=lambda r: hashlib.sha256(r.image_id.encode()).digest())
        taken: dict[str, list[Record]] = {label: [] for label in self.labels}
        for record in ranked:
            if len(taken[record.label]) < per_label:
                taken[record.label].append(record)
        chosen = sorted((r for rows in taken.values() for r in rows), key=lambda r: r.image_id)
        return replace(self, records=tuple(chosen))
