"""The arithmetic of scoring is checked against float32 before it is used."""

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
    assert agreement(model, model, PICTURES) == pytest.approx(1)


def test_what_ranks_otherwise_is_not_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = load_model(folder, "cpu").unet.dtype
    monkeypatch.setattr(precision, "agreement", lambda *_: 0.98)
    assert load_checked(folder, "auto", PICTURES).unet.dtype is torch.float32
    monkeypatch.setattr(precision, "agreement", lambda *_: 0.995)
    assert load_checked(folder, "auto", PICTURES).unet.dtype is fast


def test_half_precision_is_for_a_gpu(folder: Path) -> None:
    assert load_checked(folder, "bf16", []).unet.dtype is torch.bfloat16
    if not torch.cuda.is_available():
        with pytest.raises(ModelError, match="fp16 needs a GPU"):
            load_checked(folder, "fp16", [])
