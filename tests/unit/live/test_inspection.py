"""A picture that is in no atlas: against the stage, and against plain arithmetic."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from diffmine.config import MineConfig, TypicalityConfig
from diffmine.live.inspection import best_window, inspect, name_of, near_the_best
from diffmine.live.records import Inspection
from diffmine.live.score import score_maps
from diffmine.maths.score import Scoring
from diffmine.model.draws import draws
from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.pixels import to_tensor
from diffmine.model.score import in_pixels, window_scores
from diffmine.model.tiny import make_random

LABELS = ["a", "b", "c"]
SCORING = TypicalityConfig(draws=20)
MINING = MineConfig(windows=(8.0, 12.0))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = make_random(tmp_path_factory.mktemp("random"), tuple(LABELS))
    return load_model(folder, "cpu", torch.float32)


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 255, (32, 48, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


@pytest.fixture(scope="module")
def steps(model: Model, picture: Image.Image) -> list[Inspection]:
    return list(inspect(model, picture, LABELS, Scoring.of(SCORING), MINING))


def test_scores_and_maps_are_those_of_the_stage(
    model: Model, picture: Image.Image, steps: list[Inspection]
) -> None:
    expected = score_maps(model, picture, LABELS, Scoring.of(SCORING), name_of(picture))
    for at, label in enumerate(LABELS):
        mean, _, score = expected[label]
        np.testing.assert_allclose(steps[-1].maps[at], mean, rtol=1e-4, atol=1e-6)
        found = steps[-1].scores[at]
        np.testing.assert_allclose(found.typicality, score.typicality, rtol=1e-4, atol=1e-7)
        np.testing.assert_allclose(found.se, score.se, rtol=1e-3)


def test_draws_add_up_and_only_the_last_step_has_windows(steps: list[Inspection]) -> None:
    assert [step.draws for step in steps] == [16, 20]
    assert all(step.goal == 20 for step in steps)
    assert not steps[0].windows
    assert len(steps[-1].windows) == len(LABELS)


def test_a_window_has_the_score_and_error_of_its_pixels(
    model: Model, picture: Image.Image, steps: list[Inspection]
) -> None:
    latent = model.encode(to_tensor(picture))[0]
    shape = (latent.shape[0], latent.shape[1], latent.shape[2])
    drawn = draws(name_of(picture), SCORING.count, shape)
    for at, window in enumerate(steps[-1].windows):
        place = (window.row, window.col, window.size)
        scores = window_scores(model, latent, drawn, LABELS, place, (32, 48), 40)
        np.testing.assert_allclose(window.typicality, scores[at].typicality, rtol=1e-3)
        np.testing.assert_allclose(window.se, scores[at].se, rtol=1e-3)


def test_the_window_lies_on_what_is_typical() -> None:
    maps = np.zeros((4, 16, 16), np.float32)
    maps[:, 10:13, 2:5] = 1
    for windows in ((12.0,), (12.0, 24.0)):
        window = best_window(maps, (64, 64), MineConfig(windows=windows, size_power=0.0))
        assert (window.row, window.col, window.size) == (40, 8, 12)
        assert window.typicality == pytest.approx(1, abs=0.2)
        assert window.se == 0


def test_a_window_never_leaves_a_small_picture() -> None:
    window = best_window(np.zeros((2, 4, 4), np.float32), (16, 16), MineConfig(windows=(24.0,)))
    assert (window.row, window.col, window.size) == (0, 0, 16)


def test_labels_that_move_together_are_told_apart_by_little() -> None:
    """Both err by much, but always by the same."""
    common = np.random.default_rng(1).normal(0, 1, 30)
    jitter = np.random.default_rng(2).normal(0, 0.01, 30)
    apart = np.stack([common + 0.1 + jitter, common])
    assert near_the_best(["a", "b"], apart) == ()
    alone = np.stack([common + 0.1, np.random.default_rng(3).permutation(common)])
    assert near_the_best(["a", "b"], alone) == ("b",)
    assert near_the_best(["a", "b"], alone[::-1]) == ("a",)


def test_the_same_pixels_have_the_same_name(tmp_path: Path, picture: Image.Image) -> None:
    picture.save(tmp_path / "a.png")
    assert name_of(Image.open(tmp_path / "a.png")) == name_of(picture)
    assert name_of(picture.rotate(180)) != name_of(picture)


def test_in_pixels_is_what_windows_are_cut_from() -> None:
    maps = np.random.default_rng(5).normal(size=(3, 8, 8)).astype(np.float32)
    window = best_window(maps, (32, 32), MineConfig(windows=(8.0,)))
    pixels = in_pixels(torch.from_numpy(maps).mean(0), 32, 32).numpy()
    rows = slice(window.row, window.row + 8)
    cut = pixels[rows, window.col : window.col + 8]
    assert window.typicality == pytest.approx(float(cut.mean()), rel=1e-4)
