"""Natural order of labels."""

from __future__ import annotations

import doctest
import random

import pytest

from diffmine.data.dates import order
from diffmine.data.dates.order import in_order, natural_key

LISTS = [
    ("2s", "10s"),
    ("-500", "-100", "200", "1000"),
    ("before 1900", "1900s", "1910s", "after 1990"),
    ("500 BC", "44 BC", "AD 79", "850", "c. 1100", "1920"),
    ("9th c.", "10th c.", "c. 1100"),
    ("v. Chr.", "vor Chr."),
    ("3rd century BC", "1st century BC", "1st century", "2nd century", "19th century"),
    ("XVIIe siècle", "XVIIIe siècle", "XIXe siècle", "XXe siècle"),
    ("190s BC", "150s BC", "100s BC", "90s BC"),
    ("1920", "1920s", "1921", "1925-1929"),
    ("1700-talet", "1800-talet", "1920-talet"),
    ("1", "2", "10", "1,000", "10,000"),
    ("1.25 mm", "1.5 mm", "2 mm", "10 mm"),
    ("room 2", "Room 3", "room 10", "Station"),
    ("-5", "0", "5", "apple", "Banana", "Édouard", "zebra", "n.d."),
    ("Mass", "mass"),
    ("x2", "x010", "x11", "x" + "9" * 5000),
    ("7", "9" * 5000),
]


@pytest.mark.parametrize("labels", LISTS)
def test_labels_in_their_natural_order(labels: tuple[str, ...]) -> None:
    for seed in range(5):
        mixed = random.Random(seed).sample(labels, len(labels))
        assert in_order(mixed) == labels


def test_keys_of_different_labels_differ_and_compare() -> None:
    labels = sorted(
        {label for labels in LISTS for label in labels} | {"", " ", "²", "１９", "–", "١٩٢٠"}
    )
    keys = sorted(natural_key(label) for label in labels)
    assert len(set(keys)) == len(labels)
    assert in_order([*labels, *labels]) == tuple(sorted(labels, key=natural_key))


def test_the_example_runs() -> None:
    assert doctest.testmod(order).failed == 0
