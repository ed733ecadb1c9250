"""Images that a race scores in full whatever happens, and what they say of the others."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import binom

from diffmine.model.tally import Tally
from diffmine.stages.typicality.controls import (
    FEWEST,
    Missed,
    Record,
    Spread,
    chosen,
    fit_of,
    reading,
)
from diffmine.stages.typicality.race import Mark


def test_a_twentieth_of_each_label_is_drawn_and_never_few() -> None:
    images = [(f"{label}/{k}", label) for label, n in (("a", 1000), ("b", 40)) for k in range(n)]
    names = chosen(images, 0)
    assert sum(name.startswith("a") for name in names) == 50
    assert sum(name.startswith("b") for name in names) == FEWEST
    assert names == chosen(reversed(images), 0)
    assert names != chosen(images, 1)


def test_a_first_pair_is_read_by_least_squares() -> None:
    chance = np.random.default_rng(0)
    x = chance.normal(size=(6, 5, 5))
    y = 0.7 * x + chance.normal(scale=0.2, size=x.shape)
    slope, spread = reading(fit_of(a, b) for a, b in zip(x, y, strict=True))
    [expected], [rest], *_ = np.linalg.lstsq(x.reshape(-1, 1), y.ravel())
    assert slope == pytest.approx(expected)
    assert spread == pytest.approx(math.sqrt(rest / x.size))
    assert reading([]) == (1.0, math.inf)


def test_a_record_is_kept_as_numbers() -> None:
    record = Record((1.0, 2.0, 3.0, 4.0), {2: 0.5, 8: 0.25})
    assert Record.of(record.as_list()) == record
    assert Record.of(Record().as_list()) == Record()


def test_a_control_would_have_left_where_its_reach_lies_below_a_mark() -> None:
    marks = {2: Mark(1.0, 0.5, 0.1), 8: Mark(1.0)}
    assert Record(None, {2: 1.3, 8: 2.0}).leaves(marks)
    assert Record(None, {2: 1.5, 8: 0.9}).leaves(marks)
    assert not Record(None, {2: 1.5, 8: 1.1, 16: 0.0}).leaves(marks), "there is no mark of 16"


def test_one_value_gets_the_spread_of_other_images() -> None:
    """The error of a mean of one value is that of one value of the others."""
    chance = torch.Generator().manual_seed(0)

    def tally(values: int) -> Tally:
        found = Tally.empty(2, 8, 8, together=2)
        for _ in range(values):
            noise = torch.randn(2, 8, 8, generator=chance) * torch.tensor([1.0, 3.0])[:, None, None]
            found.add(noise, torch.ones(2))
        return found

    spread = Spread.of([tally(16) for _ in range(40)])
    single = tally(1)
    lent = spread.lent_to(single)
    assert float(single.standard_error.max()) == 0
    errors = lent.standard_error.mean((-2, -1))
    assert errors.tolist() == pytest.approx([1.0, 3.0], rel=0.02)
    assert lent.score_error.tolist() == pytest.approx([1 / 8, 3 / 8], rel=0.1)
    assert lent.decay[:, 1].tolist() == pytest.approx([0.25, 0.25], rel=0.1), "blocks of 2 x 2"
    assert torch.equal(lent.mean, single.mean)


def test_what_was_missed_is_bounded() -> None:
    found = Missed.of(1000, [0] * 48 + [1, 3])
    assert (found.tried, found.held, found.windows) == (50, 2, pytest.approx(80))
    assert binom.cdf(2, 50, found.high / 1000) == pytest.approx(0.025)
    assert binom.sf(1, 50, found.low / 1000) == pytest.approx(0.025)
    assert Missed.of(1000, [0] * 50).low == 0
    assert Missed.of(1000, []).high == 1000, "nothing is known"
