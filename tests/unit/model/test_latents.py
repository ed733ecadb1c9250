"""Pictures that are encoded together, and images whose draws share calls."""

import numpy as np
import pytest
import torch
from PIL import Image

from diffmine.model.latents import latents
from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.pixels import to_tensor
from diffmine.model.score import Sampling, advance
from tests.unit.model.items import item

SIZES = [(32, 32), (48, 32), (32, 32), (32, 48), (32, 32), (48, 32)] * 15  # more than wait at once
PAIR, PROMPTS = 2, 2


@pytest.fixture(scope="module")
def pictures() -> list[Image.Image]:
    rng = np.random.default_rng(0)
    return [
        Image.fromarray(rng.integers(0, 255, (high, wide, 3), dtype=np.uint8))
        for wide, high in SIZES
    ]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_picture_has_the_latent_it_has_alone(
    model: Model, pictures: list[Image.Image], dtype: torch.dtype
) -> None:
    model = load_model(model.name, "cpu", dtype)
    found = list(latents(model, iter(pictures)))
    assert len(found) == len(pictures)
    for latent, picture in zip(found, pictures, strict=True):
        assert torch.equal(latent, model.encode(to_tensor(picture))[0])


def test_few_images_share_full_calls_and_come_out_as_alone(model: Model) -> None:
    sampling, draws, batch, rows = Sampling(), 8, 64, []
    together = [item(model, number, sampling) for number in range(5)]
    advance(model, together, draws, sampling, batch, rows.append)
    assert rows == [64, 16]  # of 5 * 8 * PROMPTS
    for number, each in enumerate(together):
        alone = item(model, number, sampling)
        advance(model, [alone], draws, sampling, PAIR * PROMPTS)
        assert alone.done == each.done == draws
        assert torch.equal(alone.tally.mean, each.tally.mean)
        assert torch.equal(alone.tally.squares, each.tally.squares)
