"""How long a model takes on this machine, from a few of its calls: what a build will cost is
foretold from that.

The calls are those of the stages themselves. Of a model whose prediction takes long, one prediction
is timed, and the rest is reckoned in predictions.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from PIL import Image

from diffmine.config import ClusterConfig, FinetuneConfig, TranslateConfig, TypicalityConfig
from diffmine.maths.score import Scoring
from diffmine.model.course import courses
from diffmine.model.devices import device_name
from diffmine.model.dift import batch_features
from diffmine.model.fast.lanes import lanes
from diffmine.model.foreign.checkpoint import Checkpoint
from diffmine.model.load import load_checkpoint
from diffmine.model.model import Model
from diffmine.model.pixels import to_tensor
from diffmine.model.prompts import Prompts
from diffmine.model.sample import led_from, sample
from diffmine.model.score import Item, Sampling, advance, label_recipes
from diffmine.model.state import State, mean_of
from diffmine.model.training import Draws, draw_batch, pools_of, prepare, shifted_latents
from diffmine.waiting import undisturbed, waited

_LONG = 0.25
"""Seconds of a prediction from which the model is too slow, or too large, for more."""
_TOO_LONG = 3.0
_WARM = 8
_LARGE = 200_000_000
_TOGETHER = 16
_STEP_IN_ROWS = 3.0
"""Predictions that take as long as one row of training: forward once, backward twice."""
_FOR, _ONCE = 1.0, 1e-3
_LABELS = ("one", "two")


@dataclass(frozen=True)
class Rates:
    """Seconds of a model's work on a machine: `load` of loading it, `encode` of an image, `row` of
    a prediction, `feature` of one that ends at the block of the features, `translated` of
    one in translation, `step` of a training step without its images and `trained` of each image in
    one. `saved` are the bytes that training holds for each image of a step; `parameters` those of
    the UNet, `weights` the bytes of all files, `latent` the numbers of an image's latent and
    `cells` its pixels."""

    device: str
    arithmetic: str
    load: float
    encode: float
    row: float
    feature: float
    translated: float
    step: float
    trained: float
    saved: float
    parameters: int
    weights: int
    latent: int
    cells: int
    whole: bool = True
    """Whether all was timed; else training and translation are reckoned in predictions."""


def machine_key(checkpoint: Checkpoint, size: tuple[int, int], *how: object) -> str:
    """A digest of what rates depend on: the machine, the versions, the model and the image's size
    (height, width) in pixels, and how it is asked."""
    files = [source.folder / name for source in checkpoint.sources for name in source.files]
    index = [(str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in sorted(files)]
    device = device_name(torch.device("cuda" if torch.cuda.is_available() else "cpu"))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    known = (
        checkpoint.name,
        index,
        size,
        how,
        device,
        cores,
        torch.get_num_threads(),
        torch.__version__,
    )
    text = json.dumps([*map(repr, known), platform.machine(), platform.node(), _cpu()])
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def measured(
    checkpoint: Checkpoint,
    size: tuple[int, int],
    training: FinetuneConfig,
    scoring: TypicalityConfig,
    elements: ClusterConfig,
) -> Rates:
    """Try a model on noise of a size (height, width) in pixels, as these stages would. Takes
    seconds; raises ModelError for a model that cannot be loaded."""
    begun, clock = time.perf_counter(), _Clock()
    model = load_checkpoint(checkpoint)
    loading = time.perf_counter() - begun
    model.prompts = model.prompts or Prompts("A picture of {label}.", "A picture.", _LABELS, size)
    picture = Image.effect_noise(size[::-1], 64).convert("RGB")
    encode = _encoded(clock, model, picture)
    latent = model.encode(to_tensor(picture)).cpu()[0]  # c h w
    first = clock.least(lambda: _predict(model, latent))
    parameters = sum(weight.numel() for weight in model.unet.parameters())
    files = [source.folder / name for source in checkpoint.sources for name in source.files]
    weights = sum(file.stat().st_size for file in files)
    known = (device_name(model.device), str(model.unet.dtype).removeprefix("torch."), loading)
    shape = (parameters, weights, latent.numel(), latent[0].numel())
    if first > _LONG:
        per_image = first * _STEP_IN_ROWS
        rest = (encode, first, first, first, 0.0, per_image, 0.0)
        return Rates(*known, *rest, *shape, whole=False)
    row = _scored(clock, model, latent, scoring)
    feature = _featured(clock, model, latent, elements)
    translated = _translated(clock, model, latent)
    step, trained, saved = 0.0, first * _STEP_IN_ROWS, 0.0
    small = parameters <= _LARGE
    if small and training.batch:  # 0: nobody chose one, for a finished model is not trained
        step, trained, saved = _trained(clock, checkpoint, picture, training)
    rates = (encode, row, feature, translated, step, trained, saved)
    return Rates(*known, *rates, *shape, whole=small)


def remembered_rates(path: Path) -> Rates | None:
    """The rates in a file; None where there are none."""
    try:
        return Rates(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def remember_rates(path: Path, rates: Rates) -> None:
    """Write rates, where that is to be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(rates)), encoding="utf-8")
    except OSError:
        return


# The pieces of work


class _Clock:
    """Times pieces of work: seconds of one, as without other work on the machine (where the system
    says how long threads waited for a processor: Linux)."""

    def __init__(self) -> None:
        self._threads = torch.get_num_threads()

    def timed(self, work: Callable[[], object], least: float = _FOR / 4, rounds: int = 64) -> float:
        """Seconds of a piece of work, the mean of the rounds that fit into `least` after a first
        one; of one that takes very long the first alone."""
        alone = self._round(work)
        if alone > _TOO_LONG:
            return alone
        spent: list[float] = []
        while sum(spent) < least and len(spent) < rounds:
            spent.append(self._round(work))
        return sum(spent) / len(spent)

    def least(self, work: Callable[[], object]) -> float:
        """The least seconds of a piece of work: the first times, kernels are still made for it."""
        spent = [self._round(work)]
        while spent[-1] > _LONG and sum(spent) < _TOO_LONG and len(spent) < _WARM:
            spent.append(self._round(work))
        return min(spent)

    def _round(self, work: Callable[[], object]) -> float:
        begun, before, used = time.perf_counter(), waited(), time.process_time()
        work()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        wall, used = time.perf_counter() - begun, time.process_time() - used
        return undisturbed(wall, max(waited() - before, 0.0), used, self._threads)


def _encoded(clock: _Clock, model: Model, picture: Image.Image) -> float:
    """Seconds of encoding an image, among several of a size; of a large one alone."""
    alone = clock.timed(lambda: model.encode(to_tensor(picture)), _ONCE)
    if alone > _LONG:
        return alone
    several = [(f"{number}", picture) for number in range(_TOGETHER)]
    return clock.timed(lambda: shifted_latents(model, several, 1), _ONCE) / _TOGETHER


def _predict(model: Model, latent: torch.Tensor) -> torch.Tensor:
    return model.predict(latent[None], torch.tensor([500]), ["A picture."], filled=False)


def _scored(clock: _Clock, model: Model, latent: torch.Tensor, config: TypicalityConfig) -> float:
    """Seconds a row of scoring, tallies and noise included."""
    sampling = Sampling.like(Scoring.of(config))
    prompts, recipes = (model.trained_prompts().of(None), "A picture of one."), label_recipes(1)
    images = max(1, min(config.batch, 128) // 8)

    def work() -> None:
        items = [
            Item(f"{k}", latent, prompts, recipes, sampling.tally(1, latent.shape))
            for k in range(images)
        ]
        advance(model, items, 4, sampling, config.batch, lanes=side)

    with lanes(model.device, config.batch) as side:
        return clock.timed(work, _FOR) / (images * 4 * len(prompts))


def _featured(clock: _Clock, model: Model, latent: torch.Tensor, config: ClusterConfig) -> float:
    """Seconds a row of features."""
    images = max(1, min(config.batch, 128) // config.noises)
    blocks = range(config.up_block, -1, -1)
    block = next(number for number in blocks if model.parts.features(number) is not None)
    how = {"timestep": config.timestep, "up_block": block, "noises": config.noises}
    names = [f"{k}" for k in range(images)]

    def work() -> None:
        many, words = latent[None].expand(images, -1, -1, -1), ["A picture."] * images
        batch_features(model, many, words, names, **how, batch=config.batch, lanes=side)

    with lanes(model.device, config.batch) as side:
        return clock.timed(work) / (images * config.noises)


def _translated(clock: _Clock, model: Model, latent: torch.Tensor) -> float:
    """Seconds a row of translation into two labels: 2 + 2 labels a step, as a plan counts them."""
    config, targets = TranslateConfig(steps=4), [*_LABELS]

    def work() -> None:
        *_, course = courses(model, latent[None], [None], config, ["a"])
        assert course is not None
        for _ in sample(model, course, targets, config, None, led_from(model, config, [None])):
            pass

    return clock.timed(work) / (config.steps * (2 + 2 * len(targets)))


def _trained(
    clock: _Clock, checkpoint: Checkpoint, picture: Image.Image, config: FinetuneConfig
) -> tuple[float, float, float]:
    """Seconds of a training step apart from its images, those of an image in it, and the bytes held
    for each: from steps with few and with more images."""
    _, step = _training(checkpoint, picture, config)
    few, more = (min(config.batch, number) for number in (4, 16))
    saved = step(more)
    slow = clock.timed(lambda: step(more), _FOR)
    if more == few:
        return 0.0, slow / more, saved
    fast = clock.timed(lambda: step(few))
    each_image = max((slow - fast) / (more - few), slow / more / 4)
    return max(slow - more * each_image, 0.0), each_image, saved


def training_rates(
    checkpoint: Checkpoint, size: tuple[int, int], config: FinetuneConfig
) -> tuple[float, float]:
    """Seconds of encoding an image of a size (height, width) in pixels, and of a training step of
    `config.batch` of them, tried on noise. Raises ModelError for a model that cannot be loaded."""
    clock, picture = _Clock(), Image.effect_noise(size[::-1], 64).convert("RGB")
    model, step = _training(checkpoint, picture, config)
    encode = _encoded(clock, model, picture)
    return encode, clock.timed(lambda: step(config.batch), _ONCE)


def _training(
    checkpoint: Checkpoint, picture: Image.Image, config: FinetuneConfig
) -> tuple[Model, Callable[[int], float]]:
    """A model, and what trains it on so many copies of a picture and returns the bytes that were
    held for each."""
    model = load_checkpoint(checkpoint, dtype=torch.float32)
    model.prompts = Prompts(config.prompt, config.null_prompt, _LABELS, picture.size[::-1])
    latents = shifted_latents(model, [("a", picture)], 1)
    states = model.embed([model.prompts.of(label) for label in (None, *_LABELS)]).clone()
    unet = prepare(model.unet, trained=config.trained)
    learn = {key: weight for key, weight in unet.named_parameters() if weight.requires_grad}
    optimizer = torch.optim.AdamW(learn.values(), config.learning_rate, fused=True)
    mean = mean_of(learn)
    state, sizes = State(0, unet, mean, optimizer), [(latents[0].shape[-2], latents[0].shape[-1])]
    pools = pools_of(sizes, [0], "same")
    half, kind = _half(config.precision), model.device.type

    def step(images: int) -> float:
        batch = draw_batch(
            model, latents, torch.tensor([1]), Draws(pools, images, config.null_share), 0
        )
        text = states[batch.prompt.to(model.device)]
        unet.zero_grad()
        counted = _Counted()
        with counted, torch.autocast(kind, half or torch.bfloat16, enabled=half is not None):
            out = model.parts.predict(unet, batch.noisy, batch.t.to(model.device), text)
            loss = torch.nn.functional.mse_loss(out.float(), batch.target)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learn.values(), 1.0)
        optimizer.step()
        state.update_mean(config.ema)
        return counted.bytes / images

    return model, step


class _Counted(torch.autograd.graph.saved_tensors_hooks):
    """Counts the bytes of what is held for the way back."""

    def __init__(self) -> None:
        self.bytes, self._seen = 0, set[int]()
        super().__init__(self._pack, lambda tensor: tensor)

    def _pack(self, tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in self._seen and not tensor.is_leaf:
            self._seen.add(storage.data_ptr())
            self.bytes += storage.nbytes()
        return tensor


def _half(precision: str) -> torch.dtype | None:
    """The short arithmetic of training that finetune would take; None: float32."""
    if precision != "auto":
        return {"bf16": torch.bfloat16, "fp16": torch.float16}.get(precision)
    if torch.cuda.is_available():
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return torch.bfloat16 if torch.cpu._is_avx512_bf16_supported() else None


def _cpu() -> str:
    """What the processor calls itself."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        return next((line for line in lines if line.startswith("model name")), "")
    except OSError:
        return platform.processor()
