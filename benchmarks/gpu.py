"""A model of the shape of Stable Diffusion v1.5 with random weights: how fast it scores and
translates, beside the paper's procedure on the same weights, in one process.

    python -m benchmarks.gpu [--side 512] [--images 16] [--labels 10] [--small] [--compile]

Shares are of the peak of a matrix product in the same run: in bfloat16 on a GPU, on a processor in
the model's arithmetic.

Weights are random, for no timing depends on them; `--small` takes a tiny model and few steps, to
see that it runs. Plain scoring is benchmarks/plain.py in float32 and in float16; plain translation
inverts in 999 steps, goes back the same way, and samples 50 steps for each target by itself.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from PIL import Image
from transformers import CLIPTextConfig, CLIPTextModel

from benchmarks import plain
from diffmine.config import TranslateConfig
from diffmine.model.course import courses, settled
from diffmine.model.ddim import move
from diffmine.model.devices import best_device, best_dtype, device_name
from diffmine.model.draws import draws
from diffmine.model.families.sd import StableDiffusion, suit
from diffmine.model.model import Model
from diffmine.model.pixels import to_tensor
from diffmine.model.prompts import Prompts
from diffmine.model.sample import decoded, sample
from diffmine.model.schedule import levels
from diffmine.model.score import Item, Sampling, advance, label_recipes
from diffmine.model.speed import peak, row_cost
from diffmine.model.tiny import RANDOM, byte_tokenizer, make

BATCHES = (16, 64, 128)


def stable_diffusion(labels: list[str], side: int) -> Model:
    """The shape of Stable Diffusion v1.5, random, on the best device in its fast arithmetic."""
    device, tokenizer = best_device(), byte_tokenizer()
    prompts = Prompts("A picture of {label}.", "A picture.", tuple(labels), (side, side))
    with torch.device(device):
        unet = UNet2DConditionModel(sample_size=64, cross_attention_dim=768)
        vae = AutoencoderKL(
            block_out_channels=(128, 256, 512, 512),
            layers_per_block=2,
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
        )
        text = CLIPTextModel(
            CLIPTextConfig(
                vocab_size=len(tokenizer),
                hidden_size=768,
                intermediate_size=3072,
                num_attention_heads=12,
                projection_dim=768,
            )
        )
    for part in (unet, vae, text):
        part.requires_grad_(False).eval().to(device, best_dtype(device))
    suit(unet, vae)
    scheduler = make(RANDOM, 0).scheduler
    parts = StableDiffusion(unet, vae, text, tokenizer, scheduler)
    return Model(parts, prompts, "Stable Diffusion v1.5, random")


def small(labels: list[str], side: int) -> Model:
    """The random model of the tests."""
    prompts = Prompts("A {label}.", "A picture.", tuple(labels), (side, side))
    model = make(RANDOM, 0, prompts)
    for part in (model.unet, model.vae, model.text_encoder):
        part.to(best_device(), best_dtype(best_device()))
    suit(model.unet, model.vae)
    return model


def pictures(count: int, side: int) -> list[Image.Image]:
    """Smooth random pictures."""
    chance = np.random.default_rng(0)
    small_ones = chance.integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)
    return [
        Image.fromarray(each).resize((side, side), Image.Resampling.BICUBIC) for each in small_ones
    ]


def seconds(work: Callable[[], object]) -> float:
    """How long some work takes, the device included."""
    _wait()
    started = time.perf_counter()
    work()
    _wait()
    return time.perf_counter() - started


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


@dataclass
class Rows:
    """Rows and calls of a UNet while it is counted."""

    rows: int = 0
    calls: int = 0
    sizes: list[int] = field(default_factory=list)


@contextmanager
def counted(model: Model) -> Iterator[Rows]:
    """Count what the UNet of a model is asked for."""
    found = Rows()

    def count(module: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        found.rows += len(inputs[0])
        found.calls += 1

    handle = model.unet.register_forward_pre_hook(count)
    try:
        yield found
    finally:
        handle.remove()


# The UNet by itself


@torch.inference_mode()
def unet_rates(
    model: Model, shape: tuple[int, int, int], top: float, batches: tuple[int, ...]
) -> None:
    """Rows a second at several batches, and their share of the peak of a matrix product."""
    cost = row_cost(model, shape, 1)
    print(f"UNet: {cost / 1e12:.3f} TFLOP a row; peak {top / 1e12:.0f} TFLOP/s", flush=True)
    for batch in batches:
        noisy = torch.randn(batch, *shape, device=model.device)
        t = torch.randint(100, 700, (batch,))
        words = ["A picture."] * batch
        predict = partial(model.predict, noisy, t, words, filled=False)
        first = seconds(predict)
        rate = batch / min(seconds(predict) for _ in range(3))
        print(
            f"  batch {batch}: {rate:.1f} rows/s, {rate * cost / top:.1%} of the peak; "
            f"first call {first:.1f} s",
            flush=True,
        )


# Scoring


def score(
    model: Model, images: list[Image.Image], sampling: Sampling, count: int, batch: int
) -> None:
    """Encode and score all images under one label, as the stage typicality does."""
    prompts = model.trained_prompts()
    words = (prompts.of(None), prompts.of(prompts.labels[0]))
    items = []
    for number, picture in enumerate(images):
        latent = model.encode(to_tensor(picture))[0].cpu()
        tally = sampling.tally(1, latent.shape)
        items.append(Item(str(number), latent, words, label_recipes(1), tally))
    advance(model, items, count, sampling, batch)
    for item in items:
        assert torch.isfinite(item.tally.mean).all()


def scoring(model: Model, images: list[Image.Image], top: float, batch: int) -> None:
    """Images a second of ours."""
    c, h, w = model.encode(to_tensor(images[0]))[0].shape
    cost = row_cost(model, (c, h, w), 2)
    paper, ours = Sampling(preset="paper"), Sampling()
    score(model, images[:1], ours, 4, batch)
    for name, sampling, count in (("100 of the paper", paper, 100), ("32 of ours", ours, 32)):
        took = seconds(lambda: score(model, images, sampling, count, batch))  # noqa: B023
        share = len(images) * 2 * count * cost / took / top
        print(
            f"ours, {name}: {len(images) / took:.3f} images/s, {share:.1%} of the peak", flush=True
        )


def plain_scoring(model: Model, image: Image.Image) -> None:
    """Images a second of the plain procedure."""
    c, h, w = model.encode(to_tensor(image))[0].shape
    for dtype in (
        (torch.float16, torch.float32) if model.device.type == "cuda" else (torch.float32,)
    ):
        parts = (model.unet, model.vae, model.text_encoder)
        unet, vae, text = (
            copy.deepcopy(part).to(dtype, memory_format=torch.contiguous_format) for part in parts
        )
        slow = plain.Plain(unet, vae, text, model.tokenizer)
        drawn = draws("", plain.DRAWS, (c, h, w), preset="paper")
        words = ("A picture.", "A picture of it.")
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "losses.npy"
            plain.score(slow, image, words, drawn.noise[:10], drawn.t[:10], file)
            took = seconds(lambda: plain.score(slow, image, words, drawn.noise, drawn.t, file))  # noqa: B023
        print(f"plain, 100, {dtype}: {1 / took:.3f} images/s", flush=True)
        del slow, unet, vae, text


# Translation


def translation(model: Model, picture: Image.Image, labels: list[str]) -> None:
    """One picture into all labels: ours, and the paper's procedure."""
    latent = model.encode(to_tensor(picture))

    def ours() -> None:
        config = TranslateConfig()
        *_, course = courses(model, latent, [None], config, ["picture"])
        assert course is not None
        null = model.trained_prompts().null_prompt
        *_, final = sample(model, course, labels, config, None, [null])
        decoded(model, final, picture, None)

    def papers() -> None:
        config = settled(TranslateConfig(method="paper"))
        *_, course = courses(model, latent, [None], config, ["picture"])
        assert course is not None
        back(model, course.known[course.levels[0]], 999)
        null = model.trained_prompts().null_prompt
        for label in labels:
            # The published code gives each target a source row that lasts to the end.
            whole = replace(config, features=1.0, attention=1.0)
            *_, final = sample(model, course, [label], whole, None, [null])
            decoded(model, final, picture, None)

    ours()
    found = {}
    for name, work in {"ours, 25 + 25 steps": ours, "the paper's": papers}.items():
        with counted(model) as rows:
            took = seconds(work)
        found[name] = (rows.rows, took)
        print(f"{name}: {rows.rows} rows in {rows.calls} calls, {took:.2f} s", flush=True)
    (few, fast), (many, slow) = found.values()
    print(f"{many / few:.1f} times fewer rows, {slow / fast:.1f} times less time")


@torch.inference_mode()
def back(model: Model, latent: torch.Tensor, steps: int) -> torch.Tensor:
    """The source sampled again from its noise in `steps` steps, which nobody looks at."""
    null = model.trained_prompts().null_prompt
    for start, end in itertools.pairwise(levels(steps, 999)[::-1]):
        noise = model.predict(latent, torch.tensor([start]), [null], filled=False)
        latent = move(model, latent, noise, start, end)
    return latent


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=512, help="pixels")
    parser.add_argument("--images", type=int, default=16)
    parser.add_argument("--labels", type=int, default=10)
    parser.add_argument("--batch", type=int, default=128, help="rows of a call")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--compile", action="store_true", help="compile the UNet; no translation")
    options = parser.parse_args()
    labels = [f"label {k}" for k in range(options.labels)]
    model = (small if options.small else stable_diffusion)(labels, options.side)
    on_gpu = model.device.type == "cuda"
    top = peak(model.device, torch.bfloat16 if on_gpu else model.unet.dtype)
    dtype = str(model.unet.dtype).removeprefix("torch.")
    print(f"{device_name(model.device)}, {dtype}, torch {torch.__version__}", flush=True)
    images = pictures(options.images, options.side)
    c, h, w = model.encode(to_tensor(images[0]))[0].shape
    if options.compile:
        model.compile(options.batch)
    batches = (options.batch,) if options.compile else BATCHES
    unet_rates(model, (c, h, w), top, batches)
    scoring(model, images, top, options.batch)
    plain_scoring(model, images[0])
    if not options.compile:
        translation(model, images[0], labels)


if __name__ == "__main__":
    main()
