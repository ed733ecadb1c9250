"""Running means against numpy over all draws at once."""

import numpy as np
import pytest
import torch

from diffmine.model.tally import Tally, block_sides


def tallied(draws: torch.Tensor, counts: torch.Tensor | None = None) -> Tally:
    """The tally of draws "n k h w", one after the other."""
    tally = Tally.empty(*draws.shape[1:])
    for number, values in enumerate(draws):
        tally.add(values, torch.ones(len(values)) if counts is None else counts[number])
    return tally


def test_mean_and_errors_are_those_of_all_draws_at_once() -> None:
    draws = torch.randn(30, 2, 8, 12, generator=torch.Generator().manual_seed(0))
    tally, values = tallied(draws), draws.double().numpy()
    np.testing.assert_allclose(tally.mean.numpy(), values.mean(0), atol=1e-6)
    error = values.std(0, ddof=1) / np.sqrt(30)
    np.testing.assert_allclose(tally.standard_error.numpy(), error, rtol=1e-4)
    whole = values.mean((2, 3))
    np.testing.assert_allclose(tally.score.numpy(), whole.mean(0), atol=1e-6)
    expected = whole.std(0, ddof=1) / np.sqrt(30)
    np.testing.assert_allclose(tally.score_error.numpy(), expected, rtol=1e-4)


def test_decay_says_how_fast_the_error_falls_with_the_side() -> None:
    draws = torch.randn(40, 1, 8, 12, generator=torch.Generator().manual_seed(1)).double()
    values = draws.numpy()[:, 0]
    decay = tallied(draws.float()).decay[0].numpy()
    assert len(decay) == len(block_sides(8, 12)) + 1
    pixel = values.var(0, ddof=1).mean()
    for place, side in enumerate((1, 2, 4, 8)):
        blocks = values[:, : 8 // side * side, : 12 // side * side]
        blocks = blocks.reshape(40, 8 // side, side, 12 // side, side).mean((2, 4))
        assert decay[place] == pytest.approx(blocks.var(0, ddof=1).mean() / pixel, rel=1e-3)


def test_going_on_is_the_same_to_the_last_bit() -> None:
    draws = torch.randn(20, 3, 4, 4, generator=torch.Generator().manual_seed(2))
    once = tallied(draws)
    first = tallied(draws[:7])
    (again,) = Tally.stack([first]).rows()
    for values in draws[7:]:
        again.add(values, torch.ones(3))
    for name in ("n", "mean", "squares", "blocks"):
        assert torch.equal(getattr(once, name), getattr(again, name))


def test_a_draw_that_does_not_count_changes_nothing() -> None:
    draws = torch.randn(9, 2, 4, 4, generator=torch.Generator().manual_seed(3))
    counts = (torch.arange(9)[:, None] % torch.tensor([1, 3]) == 0).float()  # 9 2
    tally = tallied(draws, counts)
    assert tally.n.tolist() == [9, 3]
    only = tallied(draws[::3, 1:])
    assert torch.allclose(tally.mean[1], only.mean[0])
    assert torch.allclose(tally.standard_error[1], only.standard_error[0])


def test_one_draw_has_no_error() -> None:
    tally = tallied(torch.randn(1, 1, 4, 4))
    assert torch.equal(tally.standard_error, torch.zeros(1, 4, 4))
    assert float(tally.score_error) == 0


def test_draws_that_belong_together_count_as_one_value() -> None:
    tally = Tally.empty(1, 4, 4, together=2)
    for values in torch.randn(6, 1, 4, 4, generator=torch.Generator().manual_seed(5)):
        tally.add(values, torch.ones(1))
    assert tally.n.tolist() == [6]
    assert tally.draws.tolist() == [12]
    (again,) = Tally.stack([tally]).rows()
    assert again.draws.tolist() == [12]
