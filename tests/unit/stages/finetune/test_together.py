"""Several processes that train one model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from diffmine.config import FinetuneConfig
from diffmine.errors import UsageError
from diffmine.model.tiny import make_random
from diffmine.pipeline.several import alone, is_first
from diffmine.stages.finetune.together import rows_of
from tests.helpers import draw_shapes


@pytest.mark.slow
def test_two_processes_train_the_model_of_one(tmp_path: Path) -> None:
    """Batch 4 in each is batch 8 in one: gradients are summed in another order, and that is all."""
    draw_shapes(tmp_path / "data", per_label=4)
    make_random(tmp_path / "base")
    options = (
        f"finetune {tmp_path}/data --pictures.image-size 32 --base {tmp_path}/base --steps 40 "
        "--batch 8 --shifts 1 --samples 0 --precision no --learning-rate 1e-3 --out"
    ).split()
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2"]
    for name, start in (("one", [sys.executable]), ("two", torchrun)):
        command = [*start, "-m", "diffmine", *options, str(tmp_path / name)]
        done = subprocess.run(
            command, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("The model is ready") == 1
    losses, others = (
        json.loads((tmp_path / name / "training.json").read_text())["loss_every_20_steps"]
        for name in ("one", "two")
    )
    assert losses == pytest.approx(others, abs=2e-4)
    file = "unet/diffusion_pytorch_model.safetensors"
    one, two = (load_file(tmp_path / name / file) for name in ("one", "two"))
    most = max(abs(one[key].astype(float) - two[key]).max() for key in one)
    assert 0 < most < 1e-3, "each had a part in it, and rounded by itself"


def test_a_batch_is_shared_out_or_refused() -> None:
    assert rows_of(FinetuneConfig(batch=12), 3) == 4
    with pytest.raises(UsageError, match="batch 12 cannot be shared out among 5 processes"):
        rows_of(FinetuneConfig(batch=12), 5)


def test_a_command_that_cannot_be_shared_says_what_can(monkeypatch: pytest.MonkeyPatch) -> None:
    alone("typicality")
    assert is_first()
    monkeypatch.setenv("WORLD_SIZE", "4")
    monkeypatch.setenv("RANK", "2")
    assert not is_first()
    with pytest.raises(UsageError, match="--engine processes:4"):
        alone("typicality")
