"""The study of draws: its figures on made-up windows, and its whole way on a random model."""

from pathlib import Path

import numpy as np
import pytest

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.writer import create_workspace
from diffmine.config import DataConfig, TypicalityConfig
from diffmine.data.sources import open_dataset
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import collect
from diffmine.pipeline.models import use_model
from diffmine.stages.typicality import study as studied
from diffmine.stages.typicality.study import Finding, advice, compare, study
from tests.helpers import LABELS, draw_shapes


def test_figures_of_a_perfect_and_of_a_reversed_choice() -> None:
    truth = np.arange(1.0, 31.0)
    perfect = compare("common", 8, truth, truth)
    assert (perfect.overlap, perfect.ratio, perfect.error) == (1, 1, 0)
    assert perfect.correlation == pytest.approx(1)
    reversed_ = compare("common", 8, -truth, truth)
    assert reversed_.overlap == 0
    assert reversed_.correlation == pytest.approx(-1)
    assert reversed_.ratio == pytest.approx(5.5 / 25.5)


def test_the_advice_is_the_least_number_that_is_enough() -> None:
    ratios = {8: 0.9, 16: 0.985, 32: 0.992, 64: 0.999}
    found = [Finding("common", n, 1.0, 1.0, ratio, 0.0) for n, ratio in ratios.items()]
    assert advice(found) == 32
    assert advice(found[:2]) == 16


def test_more_draws_come_nearer_to_the_truth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studied, "DRAWS", (2, 32))
    monkeypatch.setattr(studied, "TRUTH", 64)
    dataset = open_dataset(draw_shapes(tmp_path / "data", 3))
    atlas = create_workspace(tmp_path / "atlas", Manifest(title="x", labels=list(dataset.labels)))
    collect(atlas, dataset, DataConfig(image_size=32))
    use_model(atlas, str(make_random(tmp_path / "model", LABELS)))
    found = study(atlas, TypicalityConfig(window=8, precision="fp32"))
    assert len(found) == 8
    few, many = (each.error for each in found if each.scheme == "common")
    assert many < few
