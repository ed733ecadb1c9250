"""Calls side by side: the same results, in order, and the process's threads as they were."""

import threading
import time
from collections.abc import Iterator

import pytest
import torch

from diffmine.model.dift import batch_features
from diffmine.model.fast.lanes import ALONE, ROWS, lanes
from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.score import Item, Sampling, advance
from tests.helpers import threads
from tests.unit.model.items import item

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def two_threads() -> Iterator[None]:
    with threads(2):
        yield


def test_lanes_share_the_threads_and_the_batch() -> None:
    for given, batch, count, rows in [
        (2, 128, 2, 64),
        (3, 128, 3, 32),
        (16, 128, 4, 32),
        (2, 100, 2, 32),
        (2, 63, 1, 63),
        (1, 128, 1, 128),
    ]:
        torch.set_num_threads(given)
        with lanes(CPU, batch) as side:
            assert (side.count, side.rows(batch)) == (count, rows)
            inside = [torch.get_num_threads(), *side.map(_threads, range(8))]
            assert set(inside) == {given // count}
        assert torch.get_num_threads() == given
    with lanes(torch.device("cuda"), 128) as side:
        assert side is ALONE


def _threads(_: int) -> int:
    time.sleep(0.01)
    return torch.get_num_threads()


def test_results_come_in_order_from_both_lanes() -> None:
    seen = set()

    def slow_first(piece: int) -> int:
        seen.add(threading.get_ident())
        time.sleep(0.05 if piece % 2 == 0 else 0)
        return piece * piece

    with lanes(CPU, 128) as side:
        assert list(side.map(slow_first, range(9))) == [k * k for k in range(9)]
    assert len(seen) == 2
    assert threading.get_ident() not in seen


def test_who_leaves_early_waits_for_what_runs_and_no_more() -> None:
    begun = []

    def work(piece: int) -> int:
        begun.append(piece)
        time.sleep(0.02)
        return piece

    def leave() -> None:
        with lanes(CPU, 128) as side:
            for _ in side.map(work, range(100)):
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        leave()
    assert len(begun) <= 4
    assert torch.get_num_threads() == 2


def test_an_error_in_a_lane_is_the_callers() -> None:
    with lanes(CPU, 128) as side, pytest.raises(ZeroDivisionError):
        list(side.map(lambda piece: 1 // piece, [1, 0, 1]))
    assert torch.get_num_threads() == 2


def scored(model: Model, side: bool) -> tuple[list[Item], list[int]]:
    sampling, rows = Sampling(), []
    items = [item(model, number, sampling) for number in range(7)]
    if side:
        with lanes(CPU, 2 * ROWS) as together:
            advance(model, items, 12, sampling, 2 * ROWS, rows.append, together)
    else:
        advance(model, items, 12, sampling, 2 * ROWS, rows.append)
    return items, rows


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_scores_are_those_of_one_call_after_the_other(model: Model, dtype: torch.dtype) -> None:
    model = load_model(model.name, "cpu", dtype)
    one, whole = scored(model, side=False)
    two, parts = scored(model, side=True)
    assert (whole, parts) == ([64, 64, 40], [32] * 5 + [8])  # of 7 images * 12 draws * 2 prompts
    for each, other in zip(one, two, strict=True):
        assert each.done == other.done == 12
        for name in ("mean", "squares", "blocks"):
            assert torch.equal(getattr(each.tally, name), getattr(other.tally, name))


def test_features_are_those_of_one_call_after_the_other(model: Model) -> None:
    latents = torch.randn(17, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    prompts = [f"A {'ab'[number % 2]}." for number in range(17)]
    names = [f"image {number}" for number in range(17)]
    settings = {"timestep": 161, "up_block": 1, "noises": 4, "batch": 2 * ROWS}
    one = batch_features(model, latents, prompts, names, **settings)
    with lanes(CPU, 2 * ROWS) as side:
        two = batch_features(model, latents, prompts, names, **settings, lanes=side)
    assert torch.equal(one, two)
