"""Dates as EDTF writes them, and their middle."""

from __future__ import annotations

import pytest

from diffmine.data.dates.date import Date


@pytest.mark.parametrize(
    ("date", "edtf", "middle"),
    [
        (Date("", 1920, 1920), "1920", 1920),
        (Date("", 1920, 1929, "decade", approximate=True), "1920~/1929~", 1924),
        (Date("", None, 1920, uncertain=True), "../1920?", None),
        (Date("", -43, None), "-0043/..", None),
        (Date("", -4, -1), "-0004/-0001", -3),
        (Date("", -14999, 0, "year", True, True), "Y-14999%/0000%", -7500),
    ],
)
def test_edtf_and_middle(date: Date, edtf: str, middle: int | None) -> None:
    assert (date.edtf, date.middle) == (edtf, middle)
