"""Several processes that train one model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.numpy import load_file
from scipy.stats import spearmanr

from diffmine.atlas.reader import Atlas, open_atlas
from diffmine.cli import main
from diffmine.config import FinetuneConfig
from diffmine.errors import UsageError
from diffmine.model.tiny import make_random
from diffmine.pipeline.several import alone, fewer, is_first
from diffmine.stages.finetune.together import rows_of
from tests.helpers import draw_shapes


def run_alone_and_together(options: list[str], folder: Path, ready: str) -> None:
    """The command in one process, into `one`, and in two, into `two`; each says once that it is
    `ready`."""
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2"]
    for name, start in (("one", [sys.executable]), ("two", torchrun)):
        command = [*start, "-m", "diffmine", *options, str(folder / name)]
        done = subprocess.run(
            command, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.count(ready) == 1


@pytest.mark.slow
def test_two_processes_train_the_model_of_one(tmp_path: Path) -> None:
    """Batch 4 in each is batch 8 in one: gradients are summed in another order, and that is all."""
    draw_shapes(tmp_path / "data", per_label=4)
    make_random(tmp_path / "base")
    options = (
        f"finetune {tmp_path}/data --pictures.image-size 32 --base {tmp_path}/base --steps 40 "
        "--batch 8 --shifts 1 --samples 0 --precision no --learning-rate 1e-3 --out"
    ).split()
    run_alone_and_together(options, tmp_path, "The model is ready")
    losses, others = (
        json.loads((tmp_path / name / "training.json").read_text())["loss_every_20_steps"]
        for name in ("one", "two")
    )
    assert losses == pytest.approx(others, abs=2e-4)
    check_rounding(tmp_path / "one", tmp_path / "two")


def check_rounding(model: Path, other: Path) -> None:
    """Each process had a part in it, and rounded by itself."""
    file = "unet/diffusion_pytorch_model.safetensors"
    one, two = (load_file(folder / file) for folder in (model, other))
    assert 0 < max(abs(one[key].astype(float) - two[key]).max() for key in one) < 1e-3


@pytest.mark.slow
def test_two_processes_build_the_atlas_of_one(tmp_path: Path) -> None:
    """The same images, elements and lists; scores differ by the rounding of the training alone."""
    draw_shapes(tmp_path / "data", per_label=6)
    make_random(tmp_path / "base")
    options = (
        f"build {tmp_path}/data --data.image-size 32 --base {tmp_path}/base --finetune.steps 40 "
        "--finetune.batch 8 --finetune.shifts 1 --finetune.samples 0 --finetune.precision no "
        "--finetune.learning-rate 1e-3 --typicality.draws 16 --typicality.precision fp32 "
        "--cluster.elements 2 --cluster.noises 2 --translate.steps 2 --translate.per-label 1 "
        "--trends.per-label 4 --trends.bootstrap 20 --out"
    ).split()
    run_alone_and_together(options, tmp_path, "The atlas is ready")
    one, two = (open_atlas(tmp_path / name) for name in ("one", "two"))
    check_alike(one, two)


def check_alike(one: Atlas, two: Atlas) -> None:
    """Two atlases of the same images by models that differ by rounding."""
    check_rounding(one.path / "model", two.path / "model")
    figures = [json.loads((atlas.path / "model/training.json").read_text()) for atlas in (one, two)]
    losses, others = (figure["loss_every_20_steps"] for figure in figures)
    assert losses == pytest.approx(others, abs=2e-4)
    files, same = (
        sorted(path.relative_to(atlas.path) for path in atlas.path.rglob("*.*") if path.is_file())
        for atlas in (one, two)
    )
    assert files == same
    assert one.labels == two.labels
    assert one.table("images").equals(two.table("images"))
    for label in one.labels:
        best, same = (
            {(p.image_id, p.row, p.col, p.size): p.typicality for p in atlas.patches(label)}
            for atlas in (one, two)
        )
        shared = sorted(best.keys() & same.keys())
        assert len(shared) >= 0.9 * len(best)
        ranks = spearmanr([best[key] for key in shared], [same[key] for key in shared])
        assert ranks.statistic > 0.99
    rows, others = (atlas.table("elements").to_pylist() for atlas in (one, two))
    assert [(r["label"], r["rank"]) for r in rows] == [(r["label"], r["rank"]) for r in others]


def test_a_launcher_that_starts_fewer_than_asked_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The variables are those of `accelerate launch --cpu --num_processes 2` (1.15)."""
    monkeypatch.setenv("ACCELERATE_USE_CPU", "True")
    assert fewer() == [], "one was asked for"
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    monkeypatch.setenv("MASTER_PORT", "29500")
    draw_shapes(tmp_path / "data", per_label=2)
    make_random(tmp_path / "base")
    options = (
        f"finetune {tmp_path}/data --pictures.image-size 32 --base {tmp_path}/base --steps 1 "
        f"--batch 2 --shifts 1 --samples 0 --out {tmp_path}/model"
    ).split()
    with pytest.raises(SystemExit) as ended:
        main(options)
    assert ended.value.code == 0
    assert capsys.readouterr().out.count("asked for several processes and started one") == 1
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert fewer() == [], "there are two"


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
