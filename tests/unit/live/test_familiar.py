"""Pictures like and unlike an atlas's own: the errors by their definition, the limit by numbers."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from PIL import Image

from diffmine.errors import ModelError
from diffmine.live.familiar import DRAWS, errors, sample, usual_errors
from diffmine.live.records import Comparison, Errors, limit
from diffmine.model.draws import draws
from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.pixels import to_tensor
from diffmine.model.tiny import make_random


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return load_model(make_random(tmp_path_factory.mktemp("random"), ("a",)), "cpu", torch.float32)


def drawn(seed: int, size: tuple[int, int] = (32, 32)) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 255, (*size, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def test_both_errors_by_their_definition(model: Model) -> None:
    found = errors(model, [drawn(1), drawn(2)])
    for seed, each in zip((1, 2), found, strict=True):
        image = to_tensor(drawn(seed))
        latent = model.encode(image)
        again = (model.decode(latent) + 1) / 2
        expected = float(((image + 1) / 2 - again).square().mean()) ** 0.5
        assert each.reconstruction == pytest.approx(expected, rel=1e-4)
        c, h, w = latent.shape[1:]
        known = draws("familiar", DRAWS, (c, h, w))
        losses = []
        for noise, t in zip(known.noise, known.t, strict=True):
            noisy = model.add_noise(latent, noise[None], t[None])
            with torch.inference_mode():
                predicted = model.predict(noisy, t[None], ["A picture."])
            losses.append(float((noise - predicted[0]).square().mean()))
        assert each.noise == pytest.approx(float(np.mean(losses)), rel=1e-4)


def test_pictures_of_all_sizes_are_measured_a_few_at_a_time(model: Model) -> None:
    pictures = {f"{at}": drawn(at, (32, 48) if at % 2 else (32, 32)) for at in range(20)}
    steps = list(usual_errors(model, list(pictures), pictures.__getitem__))
    assert [len(step) for step in steps] == [8, 10, 18, 20]
    alone = {each for picture in pictures.values() for each in errors(model, [picture])}
    assert sorted(e.noise for e in steps[-1]) == pytest.approx(sorted(e.noise for e in alone))


def test_the_sample_is_the_same_every_time_and_of_all_names() -> None:
    names = [f"{at:04d}.png" for at in range(1000)]
    found = sample(names, 64)
    assert len(found) == len(set(found)) == 64
    assert found == sample(names[::-1] + names, 64)
    assert np.mean([int(name[:4]) for name in found]) == pytest.approx(500, abs=120)
    assert sample(["a", "b"], 64) == sample(["b", "a"], 64)
    assert len(sample(["a", "b"], 64)) == 2


def test_the_limit_lies_beyond_the_highest_by_a_share_of_the_spread() -> None:
    assert limit([1.0, 2.0, 3.0]) == pytest.approx(3.5)
    assert limit([2.0] * 5) == 2.0


@pytest.mark.parametrize(
    ("own", "above"),
    [
        (Errors(3.4, 30.0), ()),
        (Errors(0.0, 0.0), ()),
        (Errors(3.6, 30.0), ("reconstruction",)),
        (Errors(1.0, 36.0), ("noise",)),
        (Errors(9.0, 90.0), ("reconstruction", "noise")),
    ],
)
def test_either_error_above_its_limit_is_unlike(own: Errors, above: tuple[str, ...]) -> None:
    usual = (Errors(1.0, 10.0), Errors(2.0, 20.0), Errors(3.0, 30.0))
    assert Comparison(own, usual).above == above


def test_of_pictures_like_the_sample_few_are_called_unlike() -> None:
    """Log-normal errors, as a model's are: rarely called unlike; three times as high: always."""
    random = np.random.default_rng(0)
    wrong = missed = 0
    for _ in range(400):
        values = np.exp(random.normal(0, 0.25, (65, 2)))
        usual = tuple(Errors(float(a), float(b)) for a, b in values[1:])
        own = Errors(float(values[0, 0]), float(values[0, 1]))
        wrong += bool(Comparison(own, usual).above)
        missed += not Comparison(Errors(own.reconstruction * 5, own.noise), usual).above
    assert wrong <= 8
    assert missed <= 8


def test_a_model_without_prompts_says_so(model: Model) -> None:
    silent: Callable[..., Model] = type(model)
    with pytest.raises(ModelError, match=r"diffmine\.json"):
        errors(silent(model.parts, None, "bare"), [drawn(1)])
