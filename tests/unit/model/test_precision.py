"""The arithmetic of scoring is checked against float32 before it is used."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from diffmine.errors import ModelError
from diffmine.model import precision
from diffmine.model.load import load_model
from diffmine.model.precision import agreement, load_checked
from diffmine.model.tiny import make_random

PICTURES = [
    (Image.fromarray(np.random.default_rng(k).integers(0, 255, (32, 32, 3), np.uint8)), "a")
    for k in range(3)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_random(tmp_path_factory.mktemp("random"), ("a", "b"))


def test_a_model_agrees_with_itself(folder: Path) -> None:
    model = load_model(folder, "cpu", torch.float32)
    assert agreement(model, model, PICTURES, 8) == pytest.approx(1)


def test_what_ranks_otherwise_is_not_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = load_model(folder, "cpu").unet.dtype
    monkeypatch.setattr(precision, "agreement", lambda *_: 0.98)
    assert load_checked(folder, "auto", PICTURES, 8).unet.dtype is torch.float32
    monkeypatch.setattr(precision, "agreement", lambda *_: 0.995)
    assert load_checked(folder, "auto", PICTURES, 8).unet.dtype is fast


def test_it_is_said_how_far_the_comparison_is(folder: Path) -> None:
    """In calls no larger than asked for: of large pictures 128 rows do not fit into memory."""
    model, told = load_model(folder, "cpu", torch.float32), []
    agreement(model, model, PICTURES, 8, lambda done, total: told.append((done, total)))
    assert told[0] == (0, 48)
    assert told[-1] == (48, 48)
    assert max(later[0] - first[0] for first, later in pairwise(told)) <= 8


def test_half_precision_is_for_a_gpu(folder: Path) -> None:
    assert load_checked(folder, "bf16", [], 8).unet.dtype is torch.bfloat16
    if not torch.cuda.is_available():
        with pytest.raises(ModelError, match="fp16 needs a GPU"):
            load_checked(folder, "fp16", [], 8)
