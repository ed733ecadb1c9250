"""The paper's procedure written plainly and correctly: what the fast paths are measured against.

One image at a time, in float32 as diffusers loads a model: the squared errors of 100 draws under
two prompts are kept whole on the disk, read again, brought to pixels and averaged over windows one
by one, subtracted, and averaged over the draws last. One row a window, all rows of an image sorted,
windows taken from the top unless they overlap. Features patch by patch, with eight encodings each.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from PIL import Image
from transformers import CLIPTextModel, CLIPTokenizer

DRAWS, TOGETHER = 100, 10
Box = tuple[int, int]


class Plain:
    """Stable Diffusion as the paper's code uses it."""

    def __init__(
        self,
        unet: UNet2DConditionModel,
        vae: AutoencoderKL,
        text: CLIPTextModel,
        tokenizer: CLIPTokenizer,
    ) -> None:
        self.unet, self.vae, self.text, self.tokenizer = unet, vae, text, tokenizer
        betas = np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2
        self.alphas = torch.from_numpy(np.cumprod(1 - betas)).float()

    @classmethod
    def load(cls, folder: Path) -> Plain:
        """A Stable Diffusion folder in float32, on the processor."""
        return cls(
            UNet2DConditionModel.from_pretrained(folder, subfolder="unet").float(),
            AutoencoderKL.from_pretrained(folder, subfolder="vae").float(),
            CLIPTextModel.from_pretrained(folder, subfolder="text_encoder").float(),
            CLIPTokenizer.from_pretrained(folder, subfolder="tokenizer"),
        )

    @torch.inference_mode()
    def words(self, prompt: str) -> torch.Tensor:
        """The states of a prompt (1, s, d)."""
        tokens = self.tokenizer(prompt, padding="max_length", max_length=77, return_tensors="pt")
        return self.text(tokens.input_ids.to(self.text.device))[0]

    @torch.inference_mode()
    def encode(self, image: torch.Tensor) -> torch.Tensor:
        """Latents (b, c, h, w) of images in -1 to 1: the posterior mean, for a fair comparison."""
        image = image.to(self.vae.device, self.vae.dtype)
        return self.vae.encode(image).latent_dist.mean * self.vae.config.scaling_factor

    def noised(self, latent: torch.Tensor, noise: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        """The latent at timesteps t."""
        a = self.alphas[t][:, None, None, None].to(latent.device, latent.dtype)
        return a.sqrt() * latent + (1 - a).sqrt() * noise


def tensor(picture: Image.Image) -> torch.Tensor:
    """A picture as (1, 3, h, w) in -1 to 1."""
    array = np.asarray(picture.convert("RGB"), np.float32) / 127.5 - 1
    return torch.from_numpy(array).permute(2, 0, 1)[None]


@torch.inference_mode()
def score(
    plain: Plain,
    picture: Image.Image,
    prompts: tuple[str, str],
    noise: torch.Tensor,
    t: torch.Tensor,
    file: Path,
) -> None:
    """Write the squared errors of all draws under the null prompt and the label's, float16
    (2, n, c, h, w), ten draws in a call."""
    latent = plain.encode(tensor(picture))
    words = torch.cat([plain.words(prompt) for prompt in prompts])  # 2 s d
    kept = []
    for start in range(0, len(t), TOGETHER):
        e = noise[start : start + TOGETHER].to(latent.device, latent.dtype)
        at = t[start : start + TOGETHER]
        noisy = plain.noised(latent, e, at)
        states = words.repeat_interleave(len(at), 0)
        steps = at.repeat(2).to(latent.device)
        found = plain.unet(noisy.repeat(2, 1, 1, 1), steps, states).sample
        error = (e.repeat(2, 1, 1, 1) - found).square().unflatten(0, (2, -1))
        kept.append(error.half().cpu().numpy())
    np.save(file, np.concatenate(kept, axis=1))


def pooled(file: Path, height: int, width: int, size: int) -> np.ndarray:
    """Typicality of every window: each of the 2 n maps brought to pixels and averaged over windows,
    then subtracted, then the mean over the draws."""
    losses = torch.from_numpy(np.load(file)).float().mean(dim=2)  # 2 n h w
    means = []
    for prompt in losses:
        maps = [
            torch.nn.functional.interpolate(each[None, None], (height, width), mode="bilinear")
            for each in prompt
        ]
        means.append(torch.cat([torch.nn.functional.avg_pool2d(m, size, 1)[0] for m in maps]))
    return (means[0] - means[1]).mean(dim=0).numpy()


def means(values: np.ndarray, size: int) -> np.ndarray:
    """Mean of every window, one after the other."""
    rows, cols = values.shape[0] - size + 1, values.shape[1] - size + 1
    out = np.empty((rows, cols))
    for row in range(rows):
        for col in range(cols):
            out[row, col] = values[row : row + size, col : col + size].mean()
    return out


def select(found: np.ndarray, size: int, keep: int) -> list[Box]:
    """The best windows that do not overlap, by a data frame with a row for each pixel."""
    rows = [(r, c, found[r, c]) for r in range(found.shape[0]) for c in range(found.shape[1])]
    table = pd.DataFrame(rows, columns=["row", "col", "score"])
    table = table.sort_values("score", ascending=False, kind="stable")
    taken: list[Box] = []
    for row, col in zip(table["row"], table["col"], strict=True):
        if all(abs(row - r) >= size or abs(col - c) >= size for r, c in taken):
            taken.append((int(row), int(col)))
            if len(taken) == keep:
                break
    return taken


class _Enough(Exception):
    pass


@torch.inference_mode()
def feature(
    plain: Plain, picture: Image.Image, prompt: str, box: Box, size: int, seed: int
) -> np.ndarray:
    """The feature of one patch: its image encoded eight times, eight noises at t = 161, the output
    of up block 1, averaged over the noises and inside the window, length 1."""
    latent = plain.encode(tensor(picture).repeat(8, 1, 1, 1))
    noise = torch.randn(latent.shape, generator=torch.Generator().manual_seed(seed))
    t = torch.full((8,), 161)
    caught: list[torch.Tensor] = []

    def catch(module: torch.nn.Module, inputs: object, output: torch.Tensor) -> None:
        caught.append(output)
        raise _Enough

    handle = plain.unet.up_blocks[1].register_forward_hook(catch)
    try:
        plain.unet(plain.noised(latent, noise, t), t, plain.words(prompt).repeat(8, 1, 1))
    except _Enough:
        pass
    finally:
        handle.remove()
    grid = caught[0].mean(dim=0)  # d h w
    down, across = grid.shape[1] / picture.height, grid.shape[2] / picture.width
    row, col = round(box[0] * down), round(box[1] * across)
    high, wide = max(1, round(size * down)), max(1, round(size * across))
    mean = grid[:, row : row + high, col : col + wide].mean(dim=(1, 2))
    return (mean / mean.norm()).numpy()
