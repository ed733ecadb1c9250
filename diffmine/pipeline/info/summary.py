"""All that is known of a data set, as one record: what `diffmine info` says and writes as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

import numpy as np

from diffmine.config import BuildConfig
from diffmine.data.glance import Glance
from diffmine.data.records import Dataset, Record
from diffmine.engine import Progress, silent
from diffmine.maths.likeness import THUMB, alike_sets, is_plain
from diffmine.model.foreign.checkpoint import Checkpoint
from diffmine.pipeline.info.cost import Costs, costs
from diffmine.pipeline.info.dates import Phrase, phrases
from diffmine.pipeline.info.look import Looked, look
from diffmine.pipeline.info.suspects import Suspects, suspects

_MANY = 5_000
"""Images that are compared in a moment."""


@dataclass(frozen=True)
class LabelRow:
    """A label, its images, the groups that these are of (0: none has one), and the images that have
    no other label."""

    label: str
    images: int
    groups: int
    alone: int


@dataclass(frozen=True)
class Grouped:
    """Groups of images: how many there are, the largest and its images, images of no group, and the
    groups whose images have different labels."""

    count: int = 0
    largest: str = ""
    most: int = 0
    without: int = 0
    across: tuple[str, ...] = ()


@dataclass(frozen=True)
class Alike:
    """A set of near-duplicates by their names, their labels in the same order, whether all files
    are the same, and whether labels and groups differ in it."""

    images: tuple[str, ...]
    labels: tuple[str, ...]
    same: bool
    across_labels: bool
    across_groups: bool


@dataclass(frozen=True)
class Spread:
    """The least, the middle and the largest of a number."""

    least: float
    middle: float
    most: float

    @classmethod
    def of(cls, numbers: Iterable[float]) -> Spread:
        """Of some numbers, at least one."""
        known = [float(number) for number in numbers]
        return cls(min(known), median(known), max(known))


@dataclass(frozen=True)
class Summary:
    """What is known of a data set. Counts of `files` are by kind, mode, colour, profile, camera and
    border; `small` images have a short side under the one asked for, `plain` ones show nothing,
    `noted` are read in part."""

    path: str
    images: int
    labels: tuple[LabelRow, ...]
    refused: tuple[tuple[str, str], ...] = ()
    several: dict[int, int] = field(default_factory=dict)
    together: tuple[tuple[str, str, int], ...] = ()
    groups: Grouped = field(default_factory=Grouped)
    splits: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, Spread] = field(default_factory=dict)
    small: int = 0
    side: int = 0
    files: dict[str, dict[str, int]] = field(default_factory=dict)
    plain: tuple[str, ...] = ()
    noted: tuple[tuple[str, str], ...] = ()
    alike: tuple[Alike, ...] = ()
    suspects: Suspects = field(default_factory=Suspects)
    phrases: tuple[Phrase, ...] = ()
    notes: tuple[str, ...] = ()
    costs: Costs = field(default_factory=Costs)
    binned: bool = False
    """Whether labels were made of the dates."""
    columns: tuple[tuple[str, str], ...] = ()
    """The columns of a table and what each is read as; empty: it is not read."""

    def told(self) -> dict[str, Any]:
        """As JSON knows it."""
        whole = asdict(self)
        whole["refused"] = [{"image": name, "reason": reason} for name, reason in self.refused]
        whole["together"] = [{"labels": [a, b], "images": n} for a, b, n in self.together]
        whole["columns"] = [{"column": name, "read_as": role} for name, role in self.columns]
        whole["noted"] = [{"image": name, "note": note} for name, note in self.noted]
        whole["suspects"] = {
            "tested": self.suspects.tested,
            "pictures": self.suspects.pictures,
            "list": [_suspect(one) for one in self.suspects.list],
        }
        whole["costs"]["seconds"] = self.costs.seconds if self.costs.stages else None
        return whole


def _suspect(one: Any) -> dict[str, Any]:
    own, split = one.association, one.association.split
    counts = {"inside": own.inside, "n": own.n, "outside": own.outside, "m": own.m}
    told = {"accuracy": own.accuracy, "low": own.low, "high": own.high, "chance": own.chance}
    where = {"level": split.level, "least": split.least, "below": split.below}
    known = {"name": one.name, "column": one.column, "label": one.label, "strong": one.strong}
    return {**known, **where, **counts, **told, "p": one.p}


def summary(
    dataset: Dataset,
    config: BuildConfig,
    model: Checkpoint | None = None,
    progress: Progress = silent,
    refusal: str = "",
    probe: bool = True,
) -> Summary:
    """Look at every picture of a data set and say what there is. With `probe` the model is tried,
    unless a build would not begin (`refusal`)."""
    looked = look(dataset, config.data, progress)
    if refusal:
        return summary_of(dataset, looked, config, progress, Costs(why="a build refuses it"))
    return summary_of(
        dataset, looked, config, progress, costs(dataset, looked, config, model, probe)
    )


def summary_of(
    dataset: Dataset,
    looked: Looked,
    config: BuildConfig,
    progress: Progress = silent,
    spent: Costs | None = None,
) -> Summary:
    """The same of pictures that were looked at."""
    records, seen = looked.records, looked.glances
    thumbs = np.frombuffer(b"".join(one.thumb for one in seen), np.uint8)
    thumbs = thumbs.reshape(len(seen), THUMB * THUMB)
    labels = _labels(records, dataset.labels)
    return Summary(
        path=str(dataset.path),
        images=len(records),
        labels=labels,
        refused=(*dataset.refused, *looked.refused),
        several=dict(sorted(Counter(len(own_labels(record)) for record in records).items())),
        together=_together(records),
        groups=_groups(records),
        splits=_counted(record.split for record in records),
        sizes=_sizes(seen),
        small=sum(min(one.width, one.height) < config.data.image_size for one in seen),
        side=config.data.image_size,
        files=_files(seen),
        plain=tuple(
            record.image_id
            for record, plain in zip(records, is_plain(thumbs) if seen else (), strict=True)
            if plain
        ),
        noted=tuple((r.image_id, g.note) for r, g in zip(records, seen, strict=True) if g.note),
        alike=_alike(looked, thumbs, progress),
        suspects=suspects(looked, dataset.labels) if seen else Suspects(),
        phrases=phrases(dataset, config.data),
        notes=dataset.notes,
        costs=spent or Costs(),
        columns=dataset.columns,
        binned=bool(config.data.label_width or config.data.label_periods),
    )


def own_labels(record: Record) -> tuple[str, ...]:
    """All labels of a picture."""
    return record.labels or (record.label,)


def _labels(records: tuple[Record, ...], order: tuple[str, ...]) -> tuple[LabelRow, ...]:
    images, alone = Counter[str](), Counter[str]()
    groups: dict[str, set[str]] = {}
    for record in records:
        own = own_labels(record)
        images.update(own)
        alone.update(own if len(own) == 1 else ())
        for label in own if record.group else ():
            groups.setdefault(label, set()).add(record.group)
    return tuple(
        LabelRow(label, images[label], len(groups.get(label, ())), alone[label]) for label in order
    )


def _together(records: tuple[Record, ...], most: int = 12) -> tuple[tuple[str, str, int], ...]:
    """The pairs of labels that most images have both of."""
    pairs = Counter[tuple[str, str]]()
    for record in records:
        own = sorted(own_labels(record))
        pairs.update((one, other) for k, one in enumerate(own) for other in own[k + 1 :])
    return tuple((*pair, count) for pair, count in pairs.most_common(most))


def _groups(records: tuple[Record, ...]) -> Grouped:
    sizes = Counter(record.group for record in records if record.group)
    if not sizes:
        return Grouped()
    labels: dict[str, set[tuple[str, ...]]] = {}
    for record in records:
        labels.setdefault(record.group, set()).add(tuple(sorted(own_labels(record))))
    across = sorted(group for group in sizes if len(labels[group]) > 1)
    largest, most = min(sizes.items(), key=lambda item: (-item[1], item[0]))
    return Grouped(len(sizes), largest, most, len(records) - sizes.total(), tuple(across))


def _sizes(seen: tuple[Glance, ...]) -> dict[str, Spread]:
    if not seen:
        return {}
    return {
        "short side": Spread.of(min(one.width, one.height) for one in seen),
        "long side": Spread.of(max(one.width, one.height) for one in seen),
        "shape": Spread.of(one.width / one.height for one in seen),
        "bytes": Spread.of(one.size for one in seen),
    }


def _files(seen: tuple[Glance, ...]) -> dict[str, dict[str, int]]:
    return {
        "kind": _counted(one.kind for one in seen),
        "mode": _counted(one.mode for one in seen),
        "colour": _counted(one.colour for one in seen),
        "profile": _counted(one.profile for one in seen),
        "camera": _shared(_counted(one.camera for one in seen)),
    }


def _counted(values: Iterable[str]) -> dict[str, int]:
    """How often each value stands, the commonest first; nothing where none is known."""
    counts = Counter(values)
    return {} if set(counts) <= {""} else dict(counts.most_common())


def _shared(counts: dict[str, int]) -> dict[str, int]:
    """Counts with what one image alone has under "other": whoever wrote that may have written
    anything."""
    often = {value: count for value, count in counts.items() if count > 1 or not value}
    rest = sum(counts.values()) - sum(often.values())
    return often | ({"other": rest} if rest else {})


def _alike(looked: Looked, thumbs: np.ndarray, progress: Progress) -> tuple[Alike, ...]:
    records, seen = looked.records, looked.glances
    by_digest: dict[str, list[int]] = {}
    for row, one in enumerate(seen):
        by_digest.setdefault(one.digest, []).append(row)
    same = [rows for rows in by_digest.values() if len(rows) > 1]
    hashes = np.array([one.hash for one in seen], np.int64)

    def waiting(done: int) -> None:
        if len(seen) > _MANY:
            progress("compare", done, len(seen), "images")

    sets = alike_sets(hashes, thumbs, same, waiting) if seen else []
    rows = [_set([records[k] for k in own], [seen[k] for k in own]) for own in sets]
    return tuple(sorted(rows, key=lambda row: (not row.across_labels, not row.across_groups)))


def _set(records: list[Record], seen: list[Glance]) -> Alike:
    labels = {tuple(sorted(own_labels(record))) for record in records}
    groups = {record.group for record in records}
    return Alike(
        tuple(record.image_id for record in records),
        tuple(", ".join(own_labels(record)) for record in records),
        len({one.digest for one in seen}) == 1,
        len(labels) > 1,
        len(groups) > 1,
    )
