"""Whether a picture is like those a model was trained on, by two errors the model makes on it.

    reconstruction = root of the mean over pixels and colours of (x - decode(encode(x)))^2
    noise          = mean over a few fixed draws of L_t(x, e, null)             (section 3.1)

Both are set beside those of a sample of the atlas's own images, under the same draws. A sample of
64 says little of its 99th percentile: of 65 pictures of one kind, one lies above all others. So the
limit is the highest of the sample and a margin beyond, a share of its distance from the median.
On the embedded model of type none of 100 letters outside the sample lay above a limit, nor did
letters of fonts it never saw; photographs, noise, digits, red and reversed letters did.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

import torch
from jaxtyping import Float
from PIL import Image

from diffmine.live.records import Errors
from diffmine.model.draws import draws
from diffmine.model.model import Model
from diffmine.model.pixels import to_tensor

DRAWS = 4
_AT_ONCE = 8


def sample(names: Sequence[str], count: int) -> list[str]:
    """`count` names, or all there are, chosen by their hash: the same names give the same."""
    return sorted(set(names), key=lambda name: hashlib.sha256(name.encode()).digest())[:count]


def usual_errors(
    model: Model, names: Sequence[str], read: Callable[[str], Image.Image]
) -> Iterator[tuple[Errors, ...]]:
    """The errors on named pictures, growing by a few at a time up to all of them; their order is
    that of their sizes. `read` gives a picture as mined."""
    pictures = sorted(map(read, names), key=lambda picture: picture.size)
    usual: tuple[Errors, ...] = ()
    for _, alike in groupby(pictures, key=lambda picture: picture.size):
        group = list(alike)
        for first in range(0, len(group), _AT_ONCE):
            usual += errors(model, group[first : first + _AT_ONCE])
            yield usual


@torch.inference_mode()
def errors(model: Model, pictures: Sequence[Image.Image]) -> tuple[Errors, ...]:
    """The errors on pictures of one size; all see the same draws.

    Raises ModelError when the model keeps no prompts.
    """
    null = model.trained_prompts().of(None)
    images = [to_tensor(picture) for picture in pictures]  # 1 3 h w
    latents = model.encode(torch.cat(images))  # b c hl wl
    again = [model.decode(latent[None]).cpu() for latent in latents]  # 1 3 h w
    noise = _noise_errors(model, latents, null)
    pairs = zip(images, again, noise, strict=True)
    return tuple(Errors(float((x - y).square().mean().sqrt()) / 2, n) for x, y, n in pairs)


def _noise_errors(model: Model, latents: Float[torch.Tensor, "b c h w"], null: str) -> list[float]:
    b, c, h, w = latents.shape
    drawn = draws("familiar", DRAWS, (c, h, w))
    rows = latents.repeat_interleave(DRAWS, 0)  # b*d c h w
    noise, t = drawn.noise.repeat(b, 1, 1, 1).to(model.device), drawn.t.repeat(b)
    predicted = model.predict(model.add_noise(rows, noise, t), t, [null] * len(rows))
    return (noise - predicted).square().mean((1, 2, 3)).view(b, DRAWS).mean(1).tolist()
