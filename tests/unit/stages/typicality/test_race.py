"""The race for the best windows, on tallies whose draws are made up."""

import numpy as np
import pytest
import torch

from diffmine.config import TypicalityConfig
from diffmine.model.tally import Tally
from diffmine.stages.typicality.race import CLEAR, Mark, Runner, mark_of, rounds, stays


def tally_of(level: float, noise: float, draws: int = 16, seed: int = 0) -> Tally:
    """An image whose middle has a typicality of `level`; each draw errs by `noise`."""
    chance = torch.Generator().manual_seed(seed)
    truth = torch.zeros(8, 8)
    truth[2:6, 2:6] = level
    tally = Tally.empty(1, 8, 8)
    for _ in range(draws):
        tally.add(truth + noise * torch.randn(1, 8, 8, generator=chance), torch.ones(1))
    return tally


def test_rounds_double_up_to_half_and_then_go_by_quarters() -> None:
    assert rounds(32) == [8, 16, 24, 32]
    assert rounds(100) == [8, 16, 32, 50, 76, 100]
    assert rounds(9) == [8, 9]
    assert rounds(5) == [5]
    assert rounds(32, early=True) == [2, 8, 16, 24, 32]
    assert rounds(4, early=True) == [2, 4]
    assert rounds(2, early=True) == [2]


@pytest.mark.parametrize("draws", range(4, 200, 2))
def test_rounds_part_no_pair_and_rise(draws: int) -> None:
    found = rounds(draws)
    assert found == sorted(set(found))
    assert found[-1] == draws
    assert not any(each % 2 for each in found)


def test_an_image_far_below_the_mark_stops_and_one_near_it_stays() -> None:
    assert Runner.of(tally_of(1.0, 0.1), 4).reach(1.0) >= 0.9
    assert Runner.of(tally_of(0.2, 0.1), 4).reach(1.0) < 0.9
    assert Runner.of(tally_of(0.88, 2.0), 4).reach(1.0) >= 0.9


def test_after_a_first_pair_an_image_leaves_by_the_spread_of_others() -> None:
    mark = Mark(1.0, slope=0.5, spread=0.1)
    assert mark.leaves_early(1.3), "0.65 and three spreads are 0.95"
    assert not mark.leaves_early(1.5)
    assert not Mark(1.0).leaves_early(-9.0), "nothing is known of first pairs"


def test_an_image_that_was_given_up_early_stays_so() -> None:
    config = TypicalityConfig(draws=32, window=0.5)
    pair = Tally.empty(1, 8, 8, together=2)
    pair.add(torch.ones(1, 8, 8), torch.ones(1))
    shape, marks = {"height": 32, "width": 32}, {"a": Mark(0.5, 1.0, 0.1)}
    assert stays(pair, shape, "a", marks, config, before=2)
    assert not stays(pair, shape, "a", {"a": Mark(2.0, 1.0, 0.1)}, config, before=2)
    assert not stays(pair, shape, "a", marks, config, before=8)
    assert stays(pair, shape, "b", marks, config, before=8), "its label has no mark"


def test_a_window_far_above_the_mark_is_settled() -> None:
    clear = Runner.of(tally_of(1.0, 0.1), 4)
    assert clear.settled(0.5, 1.0, 1)
    assert not clear.settled(clear.best(1)[0][0], 1.0, 1), "it lies at the mark"
    several = Runner.of(tally_of(1.0, 0.1), 2)
    second = several.best(2)[1][0]
    assert not several.settled(second, 1.0, 2), "its second window lies at the mark"
    assert several.settled(second / 2, 1.0, 2)


def test_a_window_that_hardly_stands_out_is_not_settled() -> None:
    faint = Runner.of(tally_of(1.0, 8.0), 4)
    (mean, error), *_ = faint.best(1)
    assert mean < CLEAR * error
    assert not faint.settled(-9.0, 1.0, 1)
    assert faint.settled(9.0, 1.0, 1), "it is clear that it is not chosen"
    assert faint.settled(-9.0, mean / error / CLEAR - 1e-9, 1)


def test_windows_and_their_errors() -> None:
    found = [Runner.of(tally_of(0.0, 1.0, 16, seed), 4) for seed in range(200)]
    middle = np.array([runner.means[2, 2] for runner in found])
    claimed = np.array([runner.errors[2, 2] for runner in found])
    assert claimed.mean() == pytest.approx(middle.std(ddof=1), rel=0.15)


def test_the_mark_is_the_kth_best() -> None:
    assert mark_of([5.0, 1.0, 3.0, 2.0], 2) == 3.0
    assert mark_of([5.0], 2) == -np.inf


def test_what_was_lost_is_counted_by_chance() -> None:
    assert Runner.of(tally_of(0.0, 0.1), 4).lost(5.0, 5) == pytest.approx(0, abs=1e-6)
    at_the_mark = Runner.of(tally_of(1.0, 0.1), 4)
    best = at_the_mark.best(1)[0][0]
    assert at_the_mark.lost(best + 1e-9, 1) == pytest.approx(0.5, abs=1e-3)
    assert at_the_mark.lost(best - 0.1, 1) == 0, "a window that is chosen is not lost"
