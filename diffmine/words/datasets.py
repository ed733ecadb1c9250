"""What is said of a data set before anything is made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median

from diffmine.data.bins import bins_of
from diffmine.data.dates import texts
from diffmine.data.dates.bins import Widths
from diffmine.data.records import Dataset

FEW = 5
"""Images of a label under which it is thin."""
UNEQUAL = 20
"""Times as many images as another label has: very unequal."""
_BETWEEN = (",", ";", "/", "|", "+", "&", " und ", " and ", " et ")
"""What people write between several labels of one cell."""
_NAMED = 3
_REASONS = 8


def lines(dataset: Dataset) -> list[str]:
    """Refused rows by their reasons, what is odd about the labels, and how the files were read."""
    return [*_refused(dataset), *_labels(dataset), *_groups(dataset), *dataset.notes]


def _refused(dataset: Dataset) -> list[str]:
    """Rows that are refused, the commonest reasons first."""
    if not dataset.refused:
        return []
    reasons: dict[str, list[str]] = {}
    for name, reason in dataset.refused:
        reasons.setdefault(reason, []).append(name)
    ordered = sorted(reasons.items(), key=lambda item: -len(item[1]))
    sentences = [f"{len(names)} refused: {reason} ({_some(names)})." for reason, names in ordered]
    left = sum(len(names) for _, names in ordered[_REASONS:])
    more = [f"{left} more are refused."] if left else []
    return [*sentences[:_REASONS], *more, *_cures(dataset)]


def _cures(dataset: Dataset) -> list[str]:
    """What to do about dates that are read and lie in no label alone."""
    reasons = [reason for _, reason in dataset.refused]
    spanning = sum(texts.SPANS in reason for reason in reasons)
    endless = sum(texts.OPEN in reason for reason in reasons)
    sentences = []
    if spanning:
        sentences.append(
            f"{spanning} of these {_have(spanning)} a date that reaches over several labels: "
            "--data.label-spans middle takes it by its middle year, split gives it every label."
        )
    if endless:
        sentences.append(
            f"{endless} of these {_have(endless)} a date with one end alone: only a period without "
            "that end can hold it (--data.label-periods)."
        )
    return sentences


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _labels(dataset: Dataset) -> list[str]:
    counts = _counts(dataset)
    if not counts:
        return []
    sentences = _compound(dataset.labels)
    lonely = [label for label in dataset.labels if counts[label] == 1]
    if lonely:
        sentences.append(f"Labels of one image: {_some(lonely)}.")
    most, least = max(counts, key=lambda k: counts[k]), min(counts, key=lambda k: counts[k])
    if counts[most] >= UNEQUAL * counts[least]:
        sentences.append(
            f"Labels are very unequal: {most} has {counts[most]} images, {least} {counts[least]}."
        )
    middle = median(counts.values())
    if middle < FEW and len(counts) > 2:
        thin = f"Labels are thin: half of the {len(counts)} have at most {middle:.0f} images"
        binned = [bins_of(one, Widths(10), "middle")[0] for one in counts]
        decades, dated = {label for labels in binned for label in labels}, all(binned)
        offer = f"; --data.label-width 10 makes {len(decades)} decades of them"
        sentences.append(f"{thin}{offer if dated and len(decades) < len(counts) else ''}.")
    return sentences


def _compound(labels: Sequence[str]) -> list[str]:
    """Labels that are others with a sign between them, as of a picture of several materials."""
    known = set(labels)
    for sign in _BETWEEN:
        parts = {label: [part.strip() for part in label.split(sign)] for label in labels}
        joined = [label for label, own in parts.items() if len(own) > 1 and known.issuperset(own)]
        if joined:
            named = _some([f"'{label}'" for label in joined])
            return [
                f"Labels made of others: {named}. If their pictures have several labels, "
                f'--data.separator "{sign}" takes them apart.'
            ]
    return []


def _groups(dataset: Dataset) -> list[str]:
    """Groups whose images have different labels: what is typical of one is found as the label's."""
    labels: dict[str, set[tuple[str, ...]]] = {}
    for record in dataset:
        if record.group:
            own = tuple(sorted(record.labels or (record.label,)))
            labels.setdefault(record.group, set()).add(own)
    across = sorted(group for group, own in labels.items() if len(own) > 1)
    if not across:
        return []
    return [f"Groups under several labels, of {len(labels)}: {_some(across)}."]


def _counts(dataset: Dataset) -> Counter[str]:
    return Counter(name for r in dataset for name in (r.labels or (r.label,)))


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
