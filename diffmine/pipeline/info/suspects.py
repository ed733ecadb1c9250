"""Things that may go with the labels without belonging to them, and how they do: of the files, of
what the table says of them, and of where they come from."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import numpy as np

from diffmine.data.glance import Glance
from diffmine.data.records import Record
from diffmine.maths.association import (
    LEVEL,
    Association,
    Labels,
    association,
    holm,
    independent,
)
from diffmine.maths.shares import clearly_above
from diffmine.pipeline.info.look import Looked

MOST_TESTED = 10_000
"""Pictures that are tested, chosen by the hashes of their names; more would find what is too weak
to matter."""
_FRAME = 0.02
_NEARLY = 0.9
_STRONG, _TELLING = 0.25, 0.15
Values = list[str] | np.ndarray


@dataclass(frozen=True)
class Suspect:
    """A thing that goes with the labels: `name` of it, `column` where it is one of the table; p of
    all that were tested (`p`), whether it is worth a warning (`strong`), and the names of the
    label's `images` that it is about."""

    name: str
    association: Association
    label: str
    p: float
    strong: bool
    column: bool = False
    images: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suspects:
    """Those that go with the labels, the strongest first; how many were tested, on how many
    pictures; those that are the same in all pictures are not."""

    list: tuple[Suspect, ...] = ()
    tested: int = 0
    pictures: int = 0


def suspects(looked: Looked, labels: tuple[str, ...]) -> Suspects:
    """Test everything that is known of the pictures."""
    records, names = looked.records, [label for label in labels]
    own = _labels(records, names)
    rows = _tested(records)
    results: list[tuple[str, bool, Association]] = []
    for name, column, values in things(looked):
        chance = np.random.default_rng(0)
        result = association(own, values, chance, rows)
        if result is not None:
            results.append((name, column, result))
    ps = holm([result.p for _, _, result in results])
    going = [
        Suspect(
            name,
            result,
            names[result.label],
            p,
            _strong(result),
            column,
            _about(records, own, result),
        )
        for (name, column, result), p in zip(results, ps, strict=True)
        if p <= LEVEL and _clear(result)
    ]
    going.sort(key=lambda one: (not one.strong, -_gain(one.association)))
    return Suspects(tuple(going), len(results), len(rows))


def _about(records: tuple[Record, ...], labels: Labels, result: Association) -> tuple[str, ...]:
    own = labels.picture[labels.label == result.label]
    return tuple(records[k].image_id for k in own if result.split.inside[k])


def _labels(records: tuple[Record, ...], names: list[str]) -> Labels:
    place = {label: number for number, label in enumerate(names)}
    pairs = [(k, place[one]) for k, r in enumerate(records) for one in (r.labels or (r.label,))]
    array = np.array(pairs, np.int64).reshape(-1, 2)
    return Labels(array[:, 0], array[:, 1], len(records), len(names))


def _tested(records: tuple[Record, ...]) -> np.ndarray:
    """Rows of pictures of which no two belong together."""
    keys = [hashlib.sha256(r.image_id.encode("utf-8", "replace")).digest() for r in records]
    rows = independent([record.group for record in records], lambda row: keys[row])
    chosen = sorted(rows.tolist(), key=lambda row: keys[row])[:MOST_TESTED]
    return np.array(sorted(chosen), np.int64)


def _clear(one: Association) -> bool:
    return clearly_above(one.inside / one.n, one.outside / max(one.m, 1), one.n, one.m)


def _gain(one: Association) -> float:
    """The larger of what is told beyond chance, as a share of what chance leaves, and of how much
    more often the label is inside than the others."""
    beyond = (one.accuracy - one.chance) / max(1 - one.chance, 1e-9)
    return max(beyond, one.inside / one.n - one.outside / max(one.m, 1))


def _strong(one: Association) -> bool:
    beyond = (one.accuracy - one.chance) / max(1 - one.chance, 1e-9)
    return beyond >= _TELLING or one.inside / one.n - one.outside / max(one.m, 1) >= _STRONG


# What is looked at


def things(looked: Looked) -> Iterator[tuple[str, bool, Values]]:
    """Name, whether it is a column of the table, and the value of each picture."""
    records, seen = looked.records, looked.glances
    for name, number in _NUMBERS.items():
        if name == "long side" and _same_short_side(seen):
            continue  # the shape says it already
        yield name, False, np.array([number(one) for one in seen], np.float64)
    for name, text in _TEXTS.items():
        yield name, False, [text(one) for one in seen]
    columns = dict.fromkeys(column for record in records for column, _ in record.also)
    known = [dict(record.also) for record in records]
    for name, fact in _FACTS.items():
        if name not in columns:
            yield name, False, [fact(record) for record in records]
    for column in columns:
        yield column, True, [own.get(column, "") for own in known]


def _same_short_side(seen: tuple[Glance, ...]) -> bool:
    """Whether nearly all pictures were scaled to one short side."""
    sides = Counter(min(one.width, one.height) for one in seen)
    return sides.most_common(1)[0][1] > _NEARLY * len(seen) if sides else False


def _or_nan(number: int) -> float:
    return float(number) if number else float("nan")


def _border(one: Glance) -> str:
    return one.ground if one.border >= _FRAME else ""


def _folder(record: Record) -> str:
    """The folders in which a file lies, without that which is its label, and the file's name."""
    parts = [part for part in PurePosixPath(record.image_id).parts[:-1] if part != record.label]
    return "/".join(parts)


def _host(record: Record) -> str:
    try:
        return urlsplit(record.source_url).netloc.removeprefix("www.")
    except ValueError:
        return ""


_NUMBERS: dict[str, Callable[[Glance], float]] = {
    "long side": lambda one: max(one.width, one.height),
    "shape": lambda one: one.width / one.height,
    "JPEG quality": lambda one: _or_nan(one.quality),
    "year of the file": lambda one: _or_nan(one.year),
}
_TEXTS: dict[str, Callable[[Glance], str]] = {
    "kind of file": lambda one: one.kind,
    "mode": lambda one: one.mode,
    "colour": lambda one: one.colour,
    "border": _border,
    "colour profile": lambda one: one.profile,
    "camera": lambda one: one.camera,
    "software": lambda one: one.software,
    "view position": lambda one: one.view,
}
_FACTS: dict[str, Callable[[Record], str]] = {
    "folder": _folder,
    "origin": _host,
    "credit": lambda record: record.credit,
    "licence": lambda record: record.licence,
    "split": lambda record: record.split,
}
