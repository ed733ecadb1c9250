"""Loading, prompts, injection, features and DDIM on the random model."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from diffmine.errors import ModelError
from diffmine.model.ddim import clean_estimate, invert, move
from diffmine.model.dift import features, window_feature
from diffmine.model.inject import injected
from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.prompts import Prompts
from diffmine.model.schedule import levels
from diffmine.model.tiny import make_random


def test_the_random_model_is_under_a_megabyte(folder: Path) -> None:
    assert sum(file.stat().st_size for file in folder.rglob("*")) < 1_000_000


def test_labels_make_different_prompts(model: Model) -> None:
    words = model.embed(["A letter of 1450.", "A letter of 1540.", "A letter."])
    assert float((words[0] - words[1]).abs().max()) > 0.1
    assert float((words[0] - words[2]).abs().max()) > 0.1


def test_prompts_come_back_as_they_were_written(folder: Path, model: Model) -> None:
    assert model.prompts == Prompts("A {label}.", "A picture.", ("a", "b"), (32, 32))
    assert json.loads((folder / "diffmine.json").read_text())["format"] == 1
    assert model.trained_prompts().of(None) == "A picture."
    assert model.trained_prompts().of("{label} x") == "A {label} x."


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (lambda f: (f / "unet" / "diffusion_pytorch_model.safetensors").unlink(), "safetensors"),
        (lambda f: (f / "diffmine.json").write_text("{"), "diffmine.json cannot be read"),
        (lambda f: (f / "diffmine.json").write_text('{"format": 1, "prompt": "x"}'), "cannot be"),
        (
            lambda f: (f / "scheduler" / "scheduler_config.json").write_text(
                '{"_class_name": "DDIMScheduler", "prediction_type": "sample"}'
            ),
            "predicts sample",
        ),
    ],
)
def test_a_broken_model_is_refused_in_one_sentence(tmp_path: Path, break_it, says: str) -> None:
    folder = make_random(tmp_path / "m")
    break_it(folder)
    with pytest.raises(ModelError, match=says):
        load_model(folder, "cpu")


def test_a_pickle_is_never_loaded(tmp_path: Path) -> None:
    folder = make_random(tmp_path / "m")
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    torch.save({}, weights.with_suffix(".bin"))
    weights.unlink()
    with pytest.raises(ModelError):
        load_model(folder, "cpu")


def test_injection_copies_the_source_and_leaves_it_alone(model: Model) -> None:
    noisy = torch.randn(4, 4, 16, 16, generator=torch.Generator().manual_seed(0))
    t, words = torch.full((4,), 300), ["A picture.", "A a.", "A b.", "A a."]
    plain = model.predict(noisy, t, words)
    with injected(model) as switch, switch.applied():
        assert torch.equal(model.predict(noisy, t, words), plain)
        switch.features = switch.attention = True
        mixed = model.predict(noisy, t, words)
    assert torch.equal(mixed[0], plain[0])
    assert not torch.allclose(mixed[1:], plain[1:])
    assert torch.equal(model.predict(noisy, t, words), plain)


def test_features_are_the_output_of_the_up_block(model: Model) -> None:
    latent = torch.randn(4, 16, 16, generator=torch.Generator().manual_seed(0))
    seen: list[torch.Tensor] = []
    grid = features(model, latent, "A a.", "x", timestep=161, up_block=1, noises=2)
    handle = model.unet.up_blocks[1].register_forward_hook(lambda m, i, o: seen.append(o))
    noise = torch.stack([features_noise(k) for k in range(2)])
    t = torch.full((2,), 161)
    model.predict(model.add_noise(latent[None], noise, t), t, ["A a.", "A a."])
    handle.remove()
    torch.testing.assert_close(grid, seen[0][:2].mean(dim=0))
    with pytest.raises(ModelError, match="up blocks"):
        features(model, latent, "A a.", "x", timestep=161, up_block=7, noises=1)


def features_noise(k: int) -> torch.Tensor:
    from diffmine.model.draws import draws

    return draws("x/features", 2, (4, 16, 16), preset="independent").noise[k]


def test_window_feature_weighs_cells_by_what_is_covered() -> None:
    grid = np.random.default_rng(0).normal(size=(3, 4, 5)).astype(np.float32)
    fine = grid.repeat(8, axis=1).repeat(8, axis=2)  # 3 32 40: one pixel a cell
    mean = fine[:, 3:17, 10:24].mean(axis=(1, 2))
    found = window_feature(grid, (3, 10, 14), (32, 40))
    np.testing.assert_allclose(found, mean / np.linalg.norm(mean), rtol=1e-5)


def test_ddim_there_and_back_with_one_noise(model: Model) -> None:
    latent, noise = torch.randn(2, 4, 8, 8), torch.randn(2, 4, 8, 8)
    up = move(model, latent, noise, -1, 600)
    torch.testing.assert_close(move(model, up, noise, 600, -1), latent, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(
        clean_estimate(model, move(model, latent, noise, -1, 600), noise, 600),
        clean_estimate(model, latent, noise, -1),
        rtol=1e-3,
        atol=1e-3,
    )


def test_inversion_visits_every_level(model: Model) -> None:
    path = levels(5, 800)
    assert path == [-1, 160, 320, 480, 640, 800]
    stored = list(invert(model, torch.randn(1, 4, 16, 16), "A picture.", path))
    assert len(stored) == 6
