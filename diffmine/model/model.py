"""A model: autoencoder, text encoder and noise predictor, as one object.

What differs from family to family stands in its parts (diffmine/model/parts.py). What is the same
stands here: prompts are embedded once, calls are filled, and every answer becomes the noise that it
implies.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from diffusers import logging as diffusers_logging
from jaxtyping import Float, Int, Shaped
from torch import Tensor
from transformers import logging as transformers_logging

from diffmine.errors import ModelError
from diffmine.model.fast.lanes import ROWS
from diffmine.model.fast.once import Repeats, repeating
from diffmine.model.parts import Parts
from diffmine.model.prompts import Prompts
from diffmine.model.schedule import Schedule

diffusers_logging.set_verbosity_error()
diffusers_logging.disable_progress_bar()
transformers_logging.set_verbosity_error()
transformers_logging.disable_progress_bar()

# Before the first thread starts, for it holds for each: the smallest numbers (moments of weights
# that hardly move, softmax of far keys) would slow a processor down several times.
torch.set_flush_denormal(True)

ENCODED, _SMALL = 16, 128 * 128


@dataclass
class Model:
    """Frozen parts on one device in one dtype; latents and predictions are float32.

    Calls of the network are filled up to a multiple of `rows`.
    """

    parts: Parts
    prompts: Prompts | None
    name: str
    rows: int = ROWS
    compiled: bool = False
    _embedded: dict[str, Tensor] = field(default_factory=dict, repr=False)

    @property
    def unet(self) -> Any:
        """The network that predicts: a UNet or a transformer."""
        return self.parts.unet

    @property
    def vae(self) -> Any:
        """The autoencoder."""
        return self.parts.vae

    @property
    def text_encoder(self) -> Any:
        """The first text encoder."""
        return self.parts.text_encoder

    @property
    def tokenizer(self) -> Any:
        """The first text encoder's tokenizer."""
        return self.parts.tokenizer

    @property
    def scheduler(self) -> Any:
        """The schedule as diffusers has it."""
        return self.parts.scheduler

    @property
    def device(self) -> torch.device:
        """Where the model is."""
        return next(self.unet.parameters()).device

    @property
    def layout(self) -> torch.memory_format:
        """How batches lie in memory: channels last on a GPU. On a processor channels first: group
        norm errs in channels last (findings/torch-group-norm-in-channels-last-cancels.sh)."""
        on_gpu = self.device.type == "cuda"
        return torch.channels_last if on_gpu else torch.contiguous_format

    @cached_property
    def schedule(self) -> Schedule:
        """How noise is added, and what the network answers."""
        return self.parts.schedule.to(self.device)

    @property
    def alphas(self) -> Float[Tensor, " _"]:
        """The signal's share of the variance at each timestep."""
        return self.schedule.alphas

    @property
    def factor(self) -> int:
        """Pixels of an image for one of its latent."""
        return self.parts.factor

    @property
    def multiple(self) -> int:
        """Height and width of an image, in pixels, must be multiples of this."""
        return self.parts.multiple

    def put(self, tensor: Tensor) -> Tensor:
        """A tensor of any shape and dtype where the model is, without waiting for what a GPU is
        still computing."""
        if self.device.type == "cuda" and tensor.device.type == "cpu":
            return tensor.pin_memory().to(self.device, non_blocking=True)
        return tensor.to(self.device)

    def trained_prompts(self) -> Prompts:
        """The prompts kept beside the model; ModelError when it has none."""
        if self.prompts is None:
            raise ModelError(
                f"{self.name} has no diffmine.json, so the prompts it was trained with are "
                "unknown; give --prompt and --null-prompt where it is --model, or finetune it."
            )
        return self.prompts

    @torch.inference_mode()
    def embed(self, prompts: list[str]) -> Float[Tensor, "b s d"]:
        """Text embeddings, each prompt computed once, and by itself: in company the last bits of
        some encoders change. A state of the prompt as a whole, where the network wants one, is the
        last one."""
        for prompt in sorted(set(prompts) - self._embedded.keys()):
            (self._embedded[prompt],) = self.parts.embed([prompt])  # s d
        return torch.stack([self._embedded[prompt] for prompt in prompts])  # b s d

    @torch.inference_mode()
    def encode(self, images: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b c hl wl"]:
        """Posterior mean of the latents of images in -1 to 1, scaled to about unit variance.

        On a processor the latent of an image does not depend on the images beside it: the number
        of them decides the order of sums, so that calls are always of 16 images, filled up if need
        be, and of larger ones, which gain nothing by being together, of one.
        """
        count = len(images)
        # A picture comes with its channels last, which `to` alone would keep.
        images = images.to(self.device, self.vae.dtype).contiguous(memory_format=self.layout)
        if self.device.type == "cpu":
            size = ENCODED if images.shape[-2] * images.shape[-1] <= _SMALL else 1
            fill = torch.arange(count + -count % size).clamp_max(count - 1)
            parts = images[fill].split(size)
        else:
            parts = (images,)
        return torch.cat([self.parts.encode(part) for part in parts])[:count]

    @torch.inference_mode()
    def decode(self, latents: Float[Tensor, "b c hl wl"]) -> Float[Tensor, "b 3 h w"]:
        """Images in -1 to 1."""
        return self.parts.decode(latents.to(self.device)).float().clamp(-1, 1)  # b 3 h w

    @torch.inference_mode()
    def predict(
        self,
        noisy: Float[Tensor, "b c hl wl"],
        t: Int[Tensor, " b"],
        prompts: list[str],
        *,
        filled: bool = True,
    ) -> Float[Tensor, "b c hl wl"]:
        """The noise predicted in `noisy` latents at timesteps `t` under `prompts`."""
        states, which = self.words(prompts)
        return self.denoise(noisy, t, states, which[:, None], filled=filled)[:, 0]

    def words(self, prompts: list[str]) -> tuple[Shaped[Tensor, "u s d"], Int[Tensor, " b"]]:
        """The text embeddings of the different `prompts`, and which of them each one is."""
        place = {prompt: number for number, prompt in enumerate(dict.fromkeys(prompts))}
        which = torch.tensor([place[prompt] for prompt in prompts], device=self.device)
        return self.embed(list(place)), which

    @torch.inference_mode()
    def denoise(
        self,
        noisy: Float[Tensor, "b c hl wl"],
        t: Int[Tensor, " b"],
        states: Shaped[Tensor, "u s d"],
        which: Int[Tensor, "b p"],
        *,
        filled: bool = True,
    ) -> Float[Tensor, "b p c hl wl"]:
        """The same under prompts that are embedded already: row b under each prompt `which[b]`.

        A row's result does not depend on the rows beside it: in float32 a processor sums few or
        left-over rows in another order, so a batch is filled up to a multiple of `self.rows`.
        Without `filled` a few rows cost only a few, and differ by rounding from the same among
        others.
        """
        (rows, prompts), device = which.shape, self.device
        of = torch.arange(rows, device=device).repeat_interleave(prompts)  # b*p
        first = torch.arange(rows, device=device) * prompts  # b
        which = which.flatten()  # b*p
        if filled:
            of, first, which = (_filled(numbers, self.rows) for numbers in (of, first, which))
        repeats = Repeats(first, of) if prompts > 1 else None
        noisy, t = self.put(noisy)[of], self.put(t)[of]
        shared: Tensor | None = which
        if self.compiled:  # however many different prompts there are, the shapes are the same
            states, shared = states[which], None  # b s d
        with repeating(repeats):
            seen = noisy.to(dtype=self.unet.dtype, memory_format=self.layout)
            answer = self.parts.predict(self.unet, seen, self.schedule.told(t), states, shared)
        noise = self.schedule.noise(answer.float(), noisy, t)
        return noise[: rows * prompts].unflatten(0, (rows, prompts))  # b p c hl wl

    def compile(self, rows: int) -> None:
        """Compile the UNet at its first call, in place, for calls of `rows` rows, made a multiple
        of 32, to which smaller ones are filled up: a minute for each size of latents, and again for
        calls that are larger or not filled. On a processor the first call raises PyTorch's error
        where there is no C++ compiler."""
        self.compiled = True
        self.rows = rows + -rows % ROWS
        self.unet.compile(dynamic=False)

    def add_noise(
        self,
        latents: Float[Tensor, "#b c hl wl"],
        noise: Float[Tensor, "b c hl wl"],
        t: Int[Tensor, " b"],
    ) -> Float[Tensor, "b c hl wl"]:
        """The latents at timesteps `t`: signal x + spread e."""
        return self.schedule.corrupt(self.put(latents), self.put(noise), self.put(t))


def _filled(rows: Int[Tensor, " b"], multiple: int) -> Int[Tensor, " _"]:
    """The last one repeated up to a multiple of so many."""
    last, count = len(rows) - 1, len(rows) + -len(rows) % multiple
    return rows[torch.arange(count, device=rows.device).clamp_max(last)]
