"""Translation, training, saving and refusals of each family."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import DDPMScheduler, DiffusionPipeline, FlowMatchEulerDiscreteScheduler
from PIL import Image

from diffmine.atlas.health import health
from diffmine.atlas.reader import open_atlas
from diffmine.config import ModelConfig, TranslateConfig
from diffmine.errors import ModelError
from diffmine.model.ddim import invert
from diffmine.model.foreign.find import find
from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.pixels import to_tensor
from diffmine.model.prompts import Prompts
from diffmine.model.sample import translated
from diffmine.model.save import save_model
from diffmine.model.tokens import check_distinct, tokenizer_of
from diffmine.model.training import draw_batch, finish, prepare
from diffmine.pipeline.build import build
from tests.helpers import draw_shapes, quick
from tests.unit.model.families.random_models import MAKERS, make_velocity

FAMILIES = tuple(MAKERS)
FLOWS = tuple(family for family in FAMILIES if family not in ("velocity", "sdxl"))
QUICK = TranslateConfig(steps=4, draws=4, guidance=3.0)


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    chance = np.random.default_rng(0)
    return Image.fromarray(chance.integers(0, 256, (32, 48, 3)).astype(np.uint8))


def made(model: Model, picture: Image.Image, **changes: Any) -> np.ndarray:
    return translated(model, [picture], ["a", "b"], replace(QUICK, **changes), ["x"], ["a"])[0]


@pytest.mark.parametrize("family", FAMILIES)
def test_injection_changes_a_unet_and_leaves_a_transformer_to_inversion(
    family: str, model_of: Callable[[str], Model], picture: Image.Image
) -> None:
    model = model_of(family)
    same = (made(model, picture) == made(model, picture, method="ddim")).all()
    assert same == (family in FLOWS)
    assert model.unet.training is False


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("method", ["sdedit", "ddpm"])
def test_other_methods_translate_too(
    family: str, method: str, model_of: Callable[[str], Model], picture: Image.Image
) -> None:
    model = model_of(family)
    own, other = made(model, picture, method=method, guidance=1.0)
    back = model.decode(model.encode(to_tensor(picture)))
    expected = ((back + 1) * 127.5).round().clamp(0, 255)[0].permute(1, 2, 0).numpy()
    assert (own != other).any()
    if method == "ddpm":  # edit-friendly noise leads back to the source under its own label
        assert np.abs(own.astype(float) - expected).max() <= 1


@pytest.mark.parametrize("family", FLOWS)
def test_a_flow_is_followed_by_eulers_method(family: str, model_of: Callable[[str], Model]) -> None:
    """x' = x + (s' - s) v from step to step, with v as the transformer answers it."""
    model = model_of(family)
    channels = model.parts.channels
    x = torch.randn(2, channels, 4, 6, generator=torch.Generator().manual_seed(0))
    path = model.schedule.levels(4, 981)
    *_, noisy = invert(model, x, "A a.", path)
    words, which = model.words(["A a.", "A a."])
    s = {level: float(model.schedule.scales(level)[1]) for level in path}
    assert s[-1] == 0
    assert 0.9 < s[981] < 0.93
    with torch.inference_mode():
        plain = x
        for start, end in pairwise(path):
            size = float(model.schedule.size(end) / model.schedule.size(start))
            t = torch.full((2,), 1000 * s[end])
            v = model.parts.predict(model.unet, plain * size, t, words, which)
            noise = plain * size + (1 - s[end]) * v
            clean = (plain - s[start] * noise) / (1 - s[start])
            plain = plain + (s[end] - s[start]) * (noise - clean)
    torch.testing.assert_close(noisy, plain, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("family", FAMILIES)
def test_training_lowers_the_loss_of_the_right_target(
    family: str, own_copy: Callable[[str], Path], picture: Image.Image
) -> None:
    model = load_model(own_copy(family), "cpu", torch.float32)
    network = prepare(model.unet)
    latents = [model.encode(to_tensor(picture)).half()]
    states = model.embed(["A picture.", "A a."]).clone()
    if family == "flux2":  # the rest of 512 tokens is padding
        states = states[:, :40]
    optimizer = torch.optim.AdamW(network.parameters(), 6e-3)
    losses = []
    for step in range(14):
        batch = draw_batch(model, latents, torch.tensor([1]), 4, (8, 8), 0.1, step % 2)
        out = model.parts.predict(network, batch.noisy, batch.t, states[batch.prompt])
        loss = torch.nn.functional.mse_loss(out, batch.target)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss.detach()))
    assert np.mean(losses[-4:]) < 0.95 * np.mean(losses[:4])
    finish(network)
    assert not any(weight.requires_grad for weight in network.parameters())
    model.predict(batch.noisy, torch.tensor([5, 50, 500, 900]), ["A a."] * 4)


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_saved_is_read_by_diffusers_and_by_us(
    family: str, model_of: Callable[[str], Model], tmp_path: Path
) -> None:
    model = model_of(family)
    save_model(model, tmp_path / "m", model.prompts, half=False)
    again = load_model(tmp_path / "m", "cpu", torch.float32)
    x = torch.randn(2, model.parts.channels, 8, 8, generator=torch.Generator().manual_seed(0))
    t, words = torch.tensor([100, 600]), ["A a.", "A picture."]
    torch.testing.assert_close(again.predict(x, t, words), model.predict(x, t, words))
    pipe: Any = DiffusionPipeline.from_pretrained(tmp_path / "m", dtype=torch.float32)
    assert type(pipe).__name__ == model.parts.index["_class_name"]
    assert set(model.parts.folders) <= {path.name for path in (tmp_path / "m").iterdir()}


def test_sdxls_autoencoder_stays_in_float32_where_it_says_so(
    own_copy: Callable[[str], Path],
) -> None:
    folder = own_copy("sdxl")
    model = load_model(folder, "cpu", torch.float16)
    assert (model.unet.dtype, model.vae.dtype) == (torch.float16, torch.float32)
    path = folder / "vae" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"force_upcast": False}))
    assert load_model(folder, "cpu", torch.float16).vae.dtype == torch.float16
    assert load_model(folder, "cpu", torch.bfloat16).vae.dtype == torch.bfloat16


def test_a_schedule_that_ends_without_signal_is_read_and_kept_from_its_end(
    tmp_path: Path, picture: Image.Image
) -> None:
    folder = make_velocity(tmp_path / "m", rescale_betas_zero_snr=True)
    model = load_model(folder, "cpu", torch.float32)
    assert float(model.alphas[999]) == 0
    assert model.schedule.highest == 998
    assert made(model, picture, top=999, method="ddim").any()


def _flow_beside(folder: Path) -> None:
    FlowMatchEulerDiscreteScheduler(shift=3.0).save_pretrained(folder / "scheduler")


def _prediction(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "scheduler" / "scheduler_config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"prediction_type": name}))

    return change


def _refiner(folder: Path) -> None:
    path = folder / "model_index.json"
    index = json.loads(path.read_text()) | {"text_encoder": [None, None]}
    path.write_text(json.dumps(index))


def _distilled(folder: Path) -> None:
    path = folder / "model_index.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"is_distilled": True}))


def _guided(folder: Path) -> None:
    path = folder / "transformer" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"guidance_embeds": True}))


@pytest.mark.parametrize(
    ("family", "break_it", "says"),
    [
        ("velocity", _flow_beside, "UNet beside FlowMatchEulerDiscreteScheduler"),
        ("velocity", _prediction("sample"), "predicts sample; diffmine needs one that predicts"),
        ("velocity", _prediction("flow_prediction"), "predicts flow_prediction"),
        ("sdxl", _refiner, "refines what another one made"),
        ("sdxl", _flow_beside, "UNet beside FlowMatchEulerDiscreteScheduler"),
        (
            "sd3",
            lambda folder: DDPMScheduler().save_pretrained(folder / "scheduler"),
            "transformer beside DDPMScheduler",
        ),
        ("flux2", _distilled, "is distilled, so it predicts no noise at most levels"),
        ("flux2", _guided, "is distilled"),
        (
            "velocity",
            lambda folder: DDPMScheduler(500).save_pretrained(folder / "scheduler"),
            "has 500 timesteps; diffmine reads models of 1,000",
        ),
    ],
)
def test_what_would_be_read_wrongly_is_refused_in_a_sentence(
    family: str, break_it: Callable[[Path], None], says: str, own_copy: Callable[[str], Path]
) -> None:
    folder = own_copy(family)
    break_it(folder)
    with pytest.raises(ModelError, match=says) as refused:
        load_model(folder, "cpu")
    assert "\n" not in str(refused.value)


def test_an_image_without_positions_is_refused(model_of: Callable[[str], Model]) -> None:
    model = model_of("sd3")
    assert model.multiple == 4
    with pytest.raises(ModelError, match="beyond 96 pixels"):
        model.encode(torch.zeros(1, 3, 32, 112))


def test_prompts_are_told_apart_by_the_familys_own_tokenizer(
    folder_of: Callable[[str], Path],
) -> None:
    """CLIP sees no case; Qwen3 does."""
    clip, qwen = (
        tokenizer_of(find(ModelConfig(str(folder_of(family))))) for family in ("sdxl", "flux2")
    )
    prompts = Prompts("A {label}.", "A picture.")
    with pytest.raises(ModelError, match="one prompt"):
        check_distinct(clip, prompts, ["a", "A"])
    check_distinct(qwen, prompts, ["a", "A"])
    with pytest.raises(ModelError, match=r"\(it sees 512 tokens at most\)"):
        check_distinct(qwen, prompts, ["a" * 600, "a" * 700])


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_an_atlas_is_built(family: str, folder_of: Callable[[str], Path], tmp_path: Path) -> None:
    config = quick(folder_of(family), parallel=True)
    reports = build(draw_shapes(tmp_path / "data", 3), tmp_path / "atlas", config)
    atlas = open_atlas(tmp_path / "atlas")
    assert load_model(atlas.needed_model()).parts.folders.keys() == (
        load_model(folder_of(family)).parts.folders.keys()
    )
    assert health(atlas).broken == ()
    assert health(atlas).foreign == ()
    (translate,) = (report for report in reports if report.stage == "translate")
    assert ("by inversion alone" in translate.figures) == (family in FLOWS)
