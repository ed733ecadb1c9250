"""Years as labels."""

from __future__ import annotations

import pytest

from diffmine.data.dates.bins import (
    MOST_LABELS,
    Bin,
    Bins,
    Centuries,
    Labelled,
    Periods,
    Widths,
    labels_of,
)
from diffmine.data.dates.date import Date
from diffmine.data.dates.order import in_order
from diffmine.data.dates.read import read_date

REIGNS = Periods(
    (Bin("before 1837", None, 1836), Bin("Victoria", 1837, 1901), Bin("later", 1910, None))
)
YEARS = [*range(-1210, -985), *range(-130, 130), *range(985, 1015), *range(1890, 2100, 3)]


def dated(text: str) -> Date:
    date = read_date(text)
    assert isinstance(date, Date)
    return date


@pytest.mark.parametrize(
    ("text", "bins", "label"),
    [
        ("1923", Widths(1), "1923"),
        ("1923", Widths(5), "1920-1924"),
        ("1923", Widths(10), "1920s"),
        ("1923", Widths(25), "1900-1924"),
        ("1923", Centuries(), "20th century"),
        ("1900", Centuries(), "20th century"),
        ("1899", Centuries(), "19th century"),
        ("2011", Centuries(), "21st century"),
        ("early 1920s", Widths(5), "1920-1924"),
        ("AD 850", Widths(1), "AD 850"),
        ("AD 850", Widths(10), "850s"),
        ("AD 5", Widths(10), "AD 1-9"),
        ("AD 5", Centuries(), "1st century"),
        ("44 BC", Widths(1), "44 BC"),
        ("44 BC", Widths(5), "44-40 BC"),
        ("44 BC", Widths(10), "40s BC"),
        ("5 BC", Widths(10), "9-1 BC"),
        ("1 BC", Centuries(), "1st century BC"),
        ("100 BC", Centuries(), "1st century BC"),
        ("101 BC", Centuries(), "2nd century BC"),
        ("1100 BC", Centuries(), "11th century BC"),
        ("before 1800", REIGNS, "before 1837"),
        ("1837-1901", REIGNS, "Victoria"),
        ("since 1920", REIGNS, "later"),
    ],
)
@pytest.mark.parametrize("spanning", ["refuse", "split"])
def test_a_date_within_a_bin_has_its_label(
    text: str, bins: Bins, label: str, spanning: str
) -> None:
    assert labels_of(dated(text), bins, spanning) == Labelled((label,))


@pytest.mark.parametrize(
    ("text", "bins", "refused", "split", "middle"),
    [
        ("1919-1922", Widths(10), "reach from 1910s to 1920s", ("1910s", "1920s"), ("1920s",)),
        (
            "3 BC - AD 2",
            Widths(1),
            "reach from 3 BC to AD 2",
            ("3 BC", "2 BC", "1 BC", "AD 1", "AD 2"),
            ("1 BC",),
        ),
        (
            "1830-1840",
            REIGNS,
            "reach from before 1837 to Victoria",
            ("before 1837", "Victoria"),
            ("before 1837",),
        ),
        ("1900-1905", REIGNS, "a part of its years is in no period", ("Victoria",), ()),
        ("1905", REIGNS, "no period holds its years", (), ()),
        (
            "before 1850",
            REIGNS,
            "reach from before 1837 to Victoria",
            ("before 1837", "Victoria"),
            (),
        ),
        ("before 1900", Widths(10), "its years have no beginning", (), ()),
        ("since 1900", Centuries(), "its years have no end", (), ()),
        ("19th century", Widths(1), "reach from 1800 to 1899", (), ("1849",)),
    ],
)
def test_a_date_over_several_bins(
    text: str, bins: Bins, refused: str, split: tuple[str, ...], middle: tuple[str, ...]
) -> None:
    date = dated(text)
    refusal = labels_of(date, bins, "refuse")
    assert not refusal.labels
    assert refused in refusal.reason
    for spanning, labels in (("split", split), ("middle", middle)):
        got = labels_of(date, bins, spanning)
        assert got.labels == labels
        assert bool(got.reason) != bool(labels)


def test_a_split_over_very_many_labels_is_refused() -> None:
    assert (
        f"more than {MOST_LABELS} labels"
        in labels_of(dated("19th century"), Widths(1), "split").reason
    )
    assert len(labels_of(dated("19th century"), Widths(5), "split").labels) == MOST_LABELS


@pytest.mark.parametrize(
    "bins", [Widths(1), Widths(5), Widths(7), Widths(10), Widths(100), Centuries()]
)
def test_every_year_is_in_one_bin_and_labels_are_in_order(bins: Widths | Centuries) -> None:
    every = {year: bins.at(year) for year in YEARS}
    for year, one in every.items():
        assert one.first is not None
        assert one.last is not None
        assert one.first <= year <= one.last
        for edge in (one.first, one.last):
            assert bins.at(edge) == one
    labels = tuple(dict.fromkeys(one.label for one in every.values()))
    assert len(labels) == len(set(every.values()))
    assert in_order(labels) == labels


@pytest.mark.parametrize("bins", [Widths(1), Widths(5), Widths(10), Centuries()])
def test_labels_are_read_as_dates_that_hold_their_bin(bins: Widths | Centuries) -> None:
    for year in YEARS[::3]:
        one = bins.at(year)
        date = read_date(one.label, beside=False)
        if isinstance(date, Date):  # not "850s": alone it is refused
            assert one.first is not None
            assert date.first is not None
            assert date.last is not None
            assert date.first <= one.first <= (one.last or 0) <= date.last
        else:
            assert one.label.endswith("0s")
            assert year < 1000


def test_a_width_below_a_year_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one year"):
        Widths(0)
