"""A data set that is collected once, to be trained on in several ways."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.writer import Workspace, create_workspace, open_workspace
from diffmine.config import BuildConfig, DataConfig, FinetuneConfig
from diffmine.data.sources import open_dataset
from diffmine.engine import Report
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import collect, run_stage
from tests.helpers import draw_shapes

Trained = Callable[..., tuple[Workspace, Report]]


@pytest.fixture(scope="package")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `atlas`, whose images are collected, and `base`."""
    root = tmp_path_factory.mktemp("finetune")
    dataset = open_dataset(draw_shapes(root / "data", per_label=4))
    atlas = create_workspace(root / "atlas", Manifest("t", list(dataset.labels)))
    with atlas.hold():
        collect(atlas, dataset, DataConfig(image_size=32))
    make_random(root / "base")
    return root


@pytest.fixture
def trained(collected: Path, tmp_path: Path) -> Trained:
    """Trains on the collected images, in an atlas of the given name."""

    def run(name: str = "atlas", **settings: Any) -> tuple[Workspace, Report]:
        if not (tmp_path / name).exists():
            shutil.copytree(collected / "atlas", tmp_path / name)
        atlas = open_workspace(tmp_path / name)
        config = FinetuneConfig(
            base=str(collected / "base"), steps=2, batch=4, shifts=1, learning_rate=3e-3, samples=0
        )
        with atlas.hold():
            finetune = replace(config, **settings)
            return atlas, run_stage(atlas, "finetune", BuildConfig(finetune=finetune))

    return run
