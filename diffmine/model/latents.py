"""Many pictures into latents, several of a size in a call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from diffmine.model.model import ENCODED, Model
from diffmine.model.pixels import to_tensor

_WAITING = 64


def latents(model: Model, pictures: Iterable[Image.Image]) -> Iterator[Float[Tensor, "c h w"]]:
    """The latent of each picture, in their order: float32 on the processor, about unit variance, as
    `Model.encode` gives it for the picture by itself. At most 64 pictures are in memory."""
    rest = iter(pictures)
    while some := list(islice(rest, _WAITING)):
        encoded: dict[int, Tensor] = {}
        sizes = sorted({picture.size for picture in some})
        for size in sizes:
            alike = [at for at, picture in enumerate(some) if picture.size == size]
            for first in range(0, len(alike), ENCODED):
                part = alike[first : first + ENCODED]
                images = torch.cat([to_tensor(some[at]) for at in part])
                encoded.update(zip(part, model.encode(images).cpu(), strict=True))
        yield from (encoded[at] for at in range(len(some)))
