"""What a prediction costs, and that asking for it spoils nothing."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from diffmine.diffusion.model import load_model
from diffmine.diffusion.speed import row_cost
from diffmine.diffusion.tiny import make_random

# By itself: the checks of shapes that the tests run with cannot be compiled.
COMPILED = """
import sys, torch
from torch._dynamo.utils import counters
from diffmine.diffusion.model import load_model
from diffmine.diffusion.speed import row_cost
model = load_model(sys.argv[1], "cpu", torch.float32)
model.unet.compile(backend="eager")
row_cost(model, (4, 16, 16), 2)
model.predict(torch.zeros(32, 4, 16, 16), torch.full((32,), 300), ["A a."] * 32)
print(counters["stats"]["unique_graphs"])
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


def test_a_unet_is_still_compiled_after_its_cost_was_asked_for(tmp_path: Path) -> None:
    folder = make_random(tmp_path / "random", ("a", "b"))
    done = subprocess.run(
        [sys.executable, "-c", COMPILED, folder], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["1"]
