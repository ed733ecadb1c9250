"""Signs of typicality: nothing to tell apart is exactly nothing, and sides swapped are a sign."""

from __future__ import annotations

from dataclasses import replace

import pytest
from torch import Tensor, equal

from diffmine.model.model import Model
from diffmine.model.score import Sampling, advance
from tests.unit.model.items import item


def scored(model: Model, words: tuple[str, str], preset: str) -> Tensor:
    """The mean map of an image under `words[1]` against `words[0]`."""
    sampling = Sampling(preset=preset)  # type: ignore[arg-type]
    one = replace(item(model, 1, sampling), prompts=words)
    advance(model, [one], 8, sampling, 16)
    return one.tally.mean


@pytest.mark.parametrize("preset", ["common", "paper"])
def test_equal_prompts_are_exactly_nothing_and_swapped_ones_a_sign(
    model: Model, preset: str
) -> None:
    prompts = model.trained_prompts()
    null, label = prompts.of(None), prompts.of("a")
    assert not scored(model, (label, label), preset).any()
    one, other = scored(model, (null, label), preset), scored(model, (label, null), preset)
    assert one.any()
    assert equal(one, -other)
