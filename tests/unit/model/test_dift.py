"""Features of several images at once: as if each were alone."""

from pathlib import Path

import pytest
import torch

from diffmine.errors import ModelError
from diffmine.model.dift import batch_features, features
from diffmine.model.load import load_model

SETTINGS = {"timestep": 161, "up_block": 1, "noises": 3}
NAMES = [f"image {number}" for number in range(15)]
PROMPTS = ["A a.", "A b."] * 7 + ["A a."]


def latents() -> torch.Tensor:
    return torch.randn(len(NAMES), 4, 12, 20, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("batch", [32, 33, 45, 128])
def test_company_changes_nothing(folder: Path, dtype: torch.dtype, batch: int) -> None:
    """Calls of 32, 33 and 45 rows leave the last one short, or split an image over two."""
    model = load_model(folder, "cpu", dtype)
    many = batch_features(model, latents(), PROMPTS, NAMES, **SETTINGS, batch=batch)
    assert many.dtype == torch.float32
    for row, (latent, prompt, name) in enumerate(zip(latents(), PROMPTS, NAMES, strict=True)):
        assert torch.equal(many[row], features(model, latent, prompt, name, **SETTINGS)), row


def test_small_calls_and_many_noises_differ_in_the_last_bits_only(folder: Path) -> None:
    model = load_model(folder, "cpu", torch.float32)
    one = features(model, latents()[0], PROMPTS[0], NAMES[0], **SETTINGS)
    few = batch_features(model, latents()[:2], PROMPTS[:2], NAMES[:2], **SETTINGS, batch=2)
    torch.testing.assert_close(few[0], one, rtol=1e-4, atol=1e-5)


def test_the_pass_stops_behind_the_block(folder: Path) -> None:
    model = load_model(folder, "cpu", torch.float32)
    reached: list[int] = []
    hooks = [
        block.register_forward_hook(lambda *_, at=at: reached.append(at))
        for at, block in enumerate(model.unet.up_blocks)
    ]
    batch_features(model, latents()[:1], PROMPTS[:1], NAMES[:1], **SETTINGS, batch=128)
    for hook in hooks:
        hook.remove()
    assert reached == [0, 1]
    settings = SETTINGS | {"up_block": 3}
    with pytest.raises(ModelError, match="up blocks"):
        batch_features(model, latents()[:1], PROMPTS[:1], NAMES[:1], **settings, batch=8)
