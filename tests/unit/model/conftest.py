"""The random model, made once a file."""

from pathlib import Path

import pytest
import torch

from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.tiny import make_random


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_random(tmp_path_factory.mktemp("random"), ("a", "b"))


@pytest.fixture(scope="module")
def model(folder: Path) -> Model:
    return load_model(folder, "cpu", torch.float32)
