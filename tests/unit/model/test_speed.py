"""What a prediction costs, and that asking for it spoils nothing."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from diffmine.model.load import load_model
from diffmine.model.speed import row_cost
from diffmine.model.tiny import make_random

# By itself: the checks of shapes that the tests run with cannot be compiled.
COMPILED = """
import functools, sys, torch
from torch._dynamo.utils import counters
from diffmine.model.load import load_model
from diffmine.model.speed import row_cost
model = load_model(sys.argv[1], "cpu", torch.float32)
noisy, t = torch.randn(60, 4, 16, 16), torch.full((60,), 300)
prompts = ["A a.", "A b.", "A picture.", "A c."]
few, many = (noisy[:5], t[:5], prompts[:1] * 5), (noisy, t, prompts * 15)
plain = [model.predict(*few), model.predict(*many)]
model.unet.compile = functools.partial(model.unet.compile, backend="eager")
model.compile(50)
row_cost(model, (4, 16, 16), 2)
for expected, asked in zip(plain, (few, many)):
    torch.testing.assert_close(model.predict(*asked), expected, rtol=1e-4, atol=1e-5)
for words in (prompts[:2], prompts):
    states, which = model.words(words)
    model.denoise(noisy[:7], t[:7], states, which.expand(7, -1))
print(counters["stats"]["unique_graphs"], model.rows)
"""


def test_a_prediction_costs_in_proportion_to_the_places(tmp_path: Path) -> None:
    model = load_model(make_random(tmp_path / "random", ("a", "b")), "cpu", torch.float32)
    small, large = row_cost(model, (4, 16, 16), 1), row_cost(model, (4, 32, 16), 1)
    assert 1.8 * small < large < 2.5 * small


def test_prompts_of_one_noisy_latent_share_what_none_of_them_changes(tmp_path: Path) -> None:
    model = load_model(make_random(tmp_path / "random", ("a", "b")), "cpu", torch.float32)
    one, two, many = (row_cost(model, (4, 16, 16), prompts) for prompts in (1, 2, 20))
    shared = 2 * (one - two)
    assert 0.05 * one < shared < 0.5 * one
    assert many == pytest.approx(one - shared * 19 / 20)


def test_a_unet_is_compiled_once_for_calls_of_all_sizes(tmp_path: Path) -> None:
    folder = make_random(tmp_path / "random", ("a", "b", "c"))
    done = subprocess.run([sys.executable, "-c", COMPILED, folder], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["1", "64"]
