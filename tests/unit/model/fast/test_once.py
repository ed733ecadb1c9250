"""The beginning of the UNet, computed once for all prompts of a noisy latent."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from diffmine.model.fast.lanes import ROWS
from diffmine.model.load import load_model
from diffmine.model.model import Model

PROMPTS = ["A picture.", *(f"A {letter}." for letter in "abcdefgh")]
T = torch.arange(100, 600, 100)


def noisy(rows: int) -> Tensor:
    return torch.randn(rows, 4, 8, 12, generator=torch.Generator().manual_seed(rows))


def asked(model: Model, rows: int, prompts: int) -> Tensor:
    """The predictions for so many noisy latents under each of so many prompts."""
    states, which = model.words(PROMPTS[:prompts])
    return model.denoise(noisy(rows), T[:rows], states, which.expand(rows, prompts))


def heard(part: nn.Module) -> list[int]:
    """Grows by the rows of each call."""
    rows: list[int] = []

    def hear(_: nn.Module, inputs: tuple[Any, ...]) -> None:
        rows.append(len(inputs[0]))

    part.register_forward_pre_hook(hear)
    return rows


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize(("rows", "prompts"), [(5, 2), (3, 3), (1, 9)])
def test_predictions_are_those_of_one_prompt_after_the_other(
    folder: Path, dtype: torch.dtype, rows: int, prompts: int
) -> None:
    model = load_model(folder, "cpu", dtype)
    together = asked(model, rows, prompts)
    assert together.shape == (rows, prompts, 4, 8, 12)
    for at, prompt in enumerate(PROMPTS[:prompts]):
        alone = model.predict(noisy(rows), T[:rows], [prompt] * rows)
        assert torch.equal(together[:, at], alone)


def test_only_what_reads_prompts_sees_every_row(folder: Path) -> None:
    model = load_model(folder, "cpu", torch.float32)
    first, block = model.unet.conv_in, model.unet.down_blocks[1]
    beginning, resnet, attention = heard(first), heard(block.resnets[0]), heard(block.attentions[0])
    asked(model, 5, 9)
    assert (beginning, resnet, attention) == ([ROWS], [ROWS], [2 * ROWS])  # 5 and 45, filled


def test_threads_with_other_rows_do_not_meet(folder: Path) -> None:
    model = load_model(folder, "cpu", torch.float32)
    cases = [(5, 2), (2, 5), (1, 1), (4, 3)] * 4
    wanted = [asked(model, *case) for case in cases]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda case: asked(model, *case), cases))
    assert all(map(torch.equal, found, wanted))
