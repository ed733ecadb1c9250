"""A random model of each family, made once a file."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import torch

from diffmine.model.load import load_model
from diffmine.model.model import Model
from tests.unit.model.families.random_models import MAKERS


@pytest.fixture(scope="module")
def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    @cache
    def make(family: str) -> Path:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return MAKERS[family](tmp_path_factory.mktemp(family) / "model")

    return make


@pytest.fixture(scope="module")
def model_of(folder_of: Callable[[str], Path]) -> Callable[[str], Model]:
    @cache
    def load(family: str) -> Model:
        model = load_model(folder_of(family), "cpu", torch.float32)
        if family == "flux2":  # whose 512 tokens of text make a call of 32 rows a long one
            model.rows = 8
        return model

    return load


@pytest.fixture
def own_copy(folder_of: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    """A copy of a family's model that a test may break."""
    return lambda family: Path(shutil.copytree(folder_of(family), tmp_path / family))
