"""A Stable-Diffusion-shaped model: autoencoder, text encoder and noise predictor, as one object.

The small embedded models and Stable Diffusion v1.5 have the same shape and take the same path.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from diffusers import logging as diffusers_logging
from jaxtyping import Float, Int, Shaped
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer
from transformers import logging as transformers_logging

from diffmine.errors import ModelError
from diffmine.model.fast.lanes import ROWS
from diffmine.model.fast.layers import SharedPrompts, save_work
from diffmine.model.fast.memory import keep_freed
from diffmine.model.fast.once import Repeats, repeating, share_beginning
from diffmine.model.prompts import Prompts, read_prompts

diffusers_logging.set_verbosity_error()
diffusers_logging.disable_progress_bar()
transformers_logging.set_verbosity_error()
transformers_logging.disable_progress_bar()

# Before the first thread starts, for it holds for each: the smallest numbers (moments of weights
# that hardly move, softmax of far keys) would slow a processor down several times.
torch.set_flush_denormal(True)

ENCODED, _SMALL = 16, 128 * 128
EMBEDDED = Path(__file__).parents[2] / "assets" / "models"


@dataclass
class Model:
    """Frozen parts on one device in one dtype; latents and predictions are float32.

    `alphas` is the cumulative product of the noise schedule, float32 of length 1,000. Calls of the
    UNet are filled up to a multiple of `rows`.
    """

    unet: UNet2DConditionModel
    vae: AutoencoderKL
    text_encoder: CLIPTextModel
    tokenizer: CLIPTokenizer
    scheduler: DDIMScheduler
    prompts: Prompts | None
    name: str
    rows: int = ROWS
    compiled: bool = False
    _embedded: dict[str, Tensor] = field(default_factory=dict, repr=False)

    @property
    def device(self) -> torch.device:
        """Where the model is."""
        return next(self.unet.parameters()).device

    @property
    def layout(self) -> torch.memory_format:
        """How batches lie in memory: channels last on a GPU, else channels first."""
        on_gpu = self.device.type == "cuda"
        return torch.channels_last if on_gpu else torch.contiguous_format

    @cached_property
    def alphas(self) -> Float[Tensor, " 1000"]:
        """Cumulative product of the noise schedule."""
        return self.scheduler.alphas_cumprod.to(self.device)

    @property
    def factor(self) -> int:
        """Pixels of an image for one of its latent."""
        return int(2 ** (len(self.vae.config.block_out_channels) - 1))

    @property
    def multiple(self) -> int:
        """Height and width of an image, in pixels, must be multiples of this."""
        return self.factor * int(2 ** (len(self.unet.config.block_out_channels) - 1))

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
                "unknown; finetune it with diffmine first."
            )
        return self.prompts

    @torch.inference_mode()
    def embed(self, prompts: list[str]) -> Float[Tensor, "b s d"]:
        """Text embeddings, each prompt computed once."""
        new = sorted(set(prompts) - self._embedded.keys())
        if new:
            tokens = self.tokenizer(
                new,
                padding="max_length",
                max_length=self.text_encoder.config.max_position_embeddings,
                truncation=True,
                return_tensors="pt",
            ).input_ids
            states = self.text_encoder(tokens.to(self.device))[0]  # new s d
            self._embedded.update(zip(new, states, strict=True))
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
        means = torch.cat([self.vae.encode(part).latent_dist.mean for part in parts])
        return means[:count].float() * self.vae.config.scaling_factor

    @torch.inference_mode()
    def decode(self, latents: Float[Tensor, "b c hl wl"]) -> Float[Tensor, "b 3 h w"]:
        """Images in -1 to 1."""
        scaled = (latents / self.vae.config.scaling_factor).to(self.device, self.vae.dtype)
        return self.vae.decode(scaled).sample.float().clamp(-1, 1)  # b 3 h w

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
            of, first, which = (_filled(each, self.rows) for each in (of, first, which))
        repeats = Repeats(first, of) if prompts > 1 else None
        noisy, t = self.put(noisy)[of], self.put(t)[of]
        noisy = noisy.to(dtype=self.unet.dtype, memory_format=self.layout)
        shared = {"which": which}
        if self.compiled:  # however many different prompts there are, the shapes are the same
            states, shared = states[which], {}  # b s d
        with repeating(repeats):
            out = self.unet(noisy, t, states, cross_attention_kwargs=shared).sample
        return out[: rows * prompts].float().unflatten(0, (rows, prompts))  # b p c hl wl

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
        """The latents at timesteps `t`: sqrt(alpha) x + sqrt(1 - alpha) e."""
        alpha = self.alphas[self.put(t)][:, None, None, None]  # b 1 1 1
        return alpha.sqrt() * self.put(latents) + (1 - alpha).sqrt() * self.put(noise)


def _filled(rows: Int[Tensor, " b"], multiple: int) -> Int[Tensor, " _"]:
    """The last one repeated up to a multiple of so many."""
    last, count = len(rows) - 1, len(rows) + -len(rows) % multiple
    return rows[torch.arange(count, device=rows.device).clamp_max(last)]


def best_device() -> torch.device:
    """A CUDA GPU, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def device_name(device: torch.device) -> str:
    """`cpu`, or what a GPU is called."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else str(device)


def best_dtype(device: torch.device) -> torch.dtype:
    """float16 on a GPU; bfloat16 on a CPU that has it in hardware; else float32.

    bfloat16 on a GPU would cost precision that float16 keeps at the same speed.
    """
    if device.type == "cuda":
        return torch.float16
    has_bf16 = os.name == "posix" and torch.cpu._is_avx512_bf16_supported()
    return torch.bfloat16 if has_bf16 else torch.float32


def resolve(name: str | Path) -> str:
    """The folder or Hub repository that a model's name means; `tiny` is the embedded base."""
    if str(name) != "tiny":
        return str(name)
    if not (EMBEDDED / "base").is_dir():
        raise ModelError(f"The embedded base model is missing: {EMBEDDED / 'base'} is no folder.")
    return str(EMBEDDED / "base")


def load_model(
    path: str | Path, device: torch.device | str | None = None, dtype: torch.dtype | None = None
) -> Model:
    """Load a Stable-Diffusion-shaped folder or Hub repository; safetensors only.

    Raises ModelError when a part is missing, is not safetensors or does not predict noise.
    """
    where = resolve(path)
    device = torch.device(device) if device else best_device()
    dtype = dtype or best_dtype(device)
    weights = {"use_safetensors": True, "torch_dtype": dtype}
    try:
        unet = UNet2DConditionModel.from_pretrained(where, subfolder="unet", **weights)
        vae = AutoencoderKL.from_pretrained(where, subfolder="vae", **weights)
        text = CLIPTextModel.from_pretrained(
            where, subfolder="text_encoder", use_safetensors=True, dtype=dtype
        )
        tokenizer = CLIPTokenizer.from_pretrained(where, subfolder="tokenizer")
        scheduler = DDIMScheduler.from_pretrained(where, subfolder="scheduler")
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(f"The model {where} cannot be loaded: {reason}") from error
    if scheduler.config.prediction_type != "epsilon":
        raise ModelError(
            f"The model {where} predicts {scheduler.config.prediction_type}; diffmine needs one "
            "that predicts the noise (epsilon)."
        )
    for part in (unet, vae, text):
        part.requires_grad_(False).eval().to(device)
    suit(unet, vae)
    prompts = read_prompts(Path(where)) if Path(where).is_dir() else _hub_prompts(where)
    return Model(unet, vae, text, tokenizer, scheduler, prompts, where)


def suit(unet: UNet2DConditionModel, vae: AutoencoderKL) -> None:
    """Give parts of a model the layers and the layout that are fast on their device, in place."""
    unet.set_attn_processor(SharedPrompts())
    if unet.device.type == "cpu":
        keep_freed()
        share_beginning(unet)
        save_work(unet)
        save_work(vae)
    else:  # on a CPU group norm is several times slower in this layout
        unet.to(memory_format=torch.channels_last)
        vae.to(memory_format=torch.channels_last)


def _hub_prompts(repo: str) -> Prompts | None:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    try:
        return read_prompts(Path(hf_hub_download(repo, "diffmine.json")).parent)
    except EntryNotFoundError:
        return None


def save_model(
    model: Model, folder: Path, prompts: Prompts | None, shard: str = "9MB", half: bool = True
) -> None:
    """Write the parts of a model under `folder`, in float16 and in files of at most `shard`."""
    dtype = torch.float16 if half else torch.float32
    for name in ("unet", "vae", "text_encoder"):
        part = getattr(model, name)
        before = part.dtype
        part.to(dtype=dtype, memory_format=torch.contiguous_format).save_pretrained(
            folder / name, safe_serialization=True, max_shard_size=shard
        )
        part.to(dtype=before)
        _forget_origin(folder / name / "config.json")
    model.tokenizer.save_pretrained(folder / "tokenizer")
    model.scheduler.save_pretrained(folder / "scheduler")
    (folder / "model_index.json").write_text(_MODEL_INDEX)
    if prompts is not None:
        (folder / "diffmine.json").write_text(prompts.check().to_json(), encoding="utf-8")


def _forget_origin(path: Path) -> None:
    """Take out where the part was loaded from: a model is passed on, its owner's paths are not."""
    fields = json.loads(path.read_text(encoding="utf-8"))
    fields.pop("_name_or_path", None)
    path.write_text(json.dumps(fields, indent=1, sort_keys=True) + "\n", encoding="utf-8")


_MODEL_INDEX = """{
 "_class_name": "StableDiffusionPipeline",
 "feature_extractor": [null, null],
 "requires_safety_checker": false,
 "safety_checker": [null, null],
 "scheduler": ["diffusers", "DDIMScheduler"],
 "text_encoder": ["transformers", "CLIPTextModel"],
 "tokenizer": ["transformers", "CLIPTokenizer"],
 "unet": ["diffusers", "UNet2DConditionModel"],
 "vae": ["diffusers", "AutoencoderKL"]
}
"""
