"""What is said of a data set before a build."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from diffmine.data.dates import texts
from diffmine.data.records import Dataset, Record
from diffmine.words.datasets import lines


def dataset(counts: dict[str, int], groups: Sequence[str] = (), **other: object) -> Dataset:
    names = [label for label, count in counts.items() for _ in range(count)]
    owners = [*groups, *[""] * len(names)]
    records = tuple(
        Record(f"{k}.png", label, Path(), group=owners[k]) for k, label in enumerate(names)
    )
    return Dataset(Path(), records, tuple(counts), **other)  # type: ignore[arg-type]


def test_an_even_data_set_needs_no_words() -> None:
    assert lines(dataset({"a": 9, "b": 9})) == []


def test_refused_rows_are_counted_by_their_reason() -> None:
    refused = [(f"{k}.png", "no such file") for k in range(9)] + [("x.png", "empty")]
    assert lines(dataset({"a": 9, "b": 9}, refused=tuple(refused), notes=("Read as so.",))) == [
        "9 refused: no such file (0.png, 1.png, 2.png and 6 more).",
        "1 refused: empty (x.png).",
        "Read as so.",
    ]


def test_lonely_and_unequal_labels_are_named() -> None:
    assert lines(dataset({"a": 40, "b": 1, "c": 9})) == [
        "Labels of one image: b.",
        "Labels are very unequal: a has 40 images, b 1.",
    ]


def test_thin_labels_of_years_are_offered_decades() -> None:
    years = {str(year): 2 for year in range(1920, 1943)}
    assert lines(dataset(years)) == [
        "Labels are thin: half of the 23 have at most 2 images; --data.label-width 10 makes 3 "
        "decades of them."
    ]
    assert lines(dataset({"a": 2, "b": 2, "c": 2})) == [
        "Labels are thin: half of the 3 have at most 2 images."
    ]


def test_a_group_under_several_labels_is_named() -> None:
    groups = ["1", "1", "2", "1", "3"]
    assert lines(dataset({"a": 3, "b": 3}, groups)) == ["Groups under several labels, of 3: 1."]


def test_labels_that_are_several_in_one_cell_are_said() -> None:
    counts = {"glass": 9, "wood": 9, "wood, glass": 9, "Graz, Austria": 9}
    assert lines(dataset(counts)) == [
        "Labels made of others: 'wood, glass'. If their pictures have several labels, "
        '--data.separator "," takes them apart.'
    ]


def test_dates_that_lie_in_no_label_alone_come_with_their_cure() -> None:
    spans = [(f"{k}.png", "its date '1918-1931': " + texts.spans("1910s", "1930s")) for k in "ab"]
    ends = [("x.png", "its date '2005-': " + texts.OPEN_BINS.format(end="end"))]
    told = lines(dataset({"1920s": 9, "1930s": 9}, refused=(*spans, *ends)))
    assert told[2:] == [
        "2 of these have a date that reaches over several labels: --data.label-spans middle takes "
        "it by its middle year, split gives it every label.",
        "1 of these has a date with one end alone: only a period without that end can hold it "
        "(--data.label-periods).",
    ]
