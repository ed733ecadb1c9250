"""The latents of every image and of shifted copies, computed once and then read from the disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, overload

import torch
from jaxtyping import Float
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor

from diffmine.atlas.reader import Atlas
from diffmine.atlas.shards import Outcome, Shard, ShardFunction, run_shards
from diffmine.atlas.writer import Workspace
from diffmine.engine import Engine, Progress, Report, Tell
from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.training import shifted_latents

WORK = "work/finetune"
_SHARD = 256


@dataclass
class EncodeShard(ShardFunction):
    """Encodes pictures and shifted copies of them."""

    base: str
    shifts: int

    def __call__(self, shard: Shard[list[str]], tell: Tell) -> Outcome:
        """The latents of the shard's images, as safetensors."""
        pictures = [(name, self.atlas.pictures.picture(name)) for name in shard.work]
        latents = shifted_latents(self.model, pictures, self.shifts, tell)
        content = save({f"{k:05d}": latent for k, latent in enumerate(latents)})
        return Outcome({shard.files[0]: content})

    @cached_property
    def model(self) -> Model:
        """The model that training begins with, in float32."""
        return load_model(self.base, dtype=torch.float32)


def encode(
    atlas: Workspace, model: Model, base: str, shifts: int, engine: Engine, progress: Progress
) -> None:
    """Write the latents of every image and of so many copies that are `shifts` of it, float16
    "s c h w" each, by `model`, which was loaded from `base`."""
    function = EncodeShard(atlas.path, base, shifts)
    function.model = model  # of this process; another one loads its own
    run_shards(
        atlas,
        _shards(atlas),
        function,
        engine=engine,
        progress=progress,
        report=Report("finetune"),
        unit="images encoded",
    )


def _shards(atlas: Atlas) -> list[Shard[list[str]]]:
    names = atlas.table("images", ["image_id"])["image_id"].to_pylist()
    shards = []
    for number, start in enumerate(range(0, len(names), _SHARD)):
        work = names[start : start + _SHARD]
        shards.append(Shard((f"{WORK}/latents-{number:05d}.safetensors",), len(work), work))
    return shards


class Latents(Sequence[Tensor]):
    """What `encode` wrote, in the order of images.parquet. The files are mapped into memory: a set
    of images may be larger than it, and what is not read is not loaded."""

    def __init__(self, atlas: Atlas) -> None:
        shards = _shards(atlas)
        self._paths = [atlas.path / shard.files[0] for shard in shards]
        self._length = sum(shard.size for shard in shards)
        self._open: dict[Path, Any] = {}

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, place: int) -> Float[Tensor, "s c h w"]: ...
    @overload
    def __getitem__(self, place: slice) -> list[Tensor]: ...
    def __getitem__(self, place: int | slice) -> Any:
        """The latents of an image, float16 "s c h w"."""
        if isinstance(place, slice):
            return [self[k] for k in range(self._length)[place]]
        path = self._paths[place // _SHARD]
        if path not in self._open:
            self._open[path] = safe_open(path, framework="pt")
        return self._open[path].get_tensor(f"{place % _SHARD:05d}")

    def sizes(self) -> list[tuple[int, int]]:
        """Height and width of the latents of each image."""
        shapes = []
        for path in self._paths:
            with safe_open(path, framework="pt") as file:
                keys = sorted(file.keys())
                shapes += [tuple(file.get_slice(key).get_shape()[-2:]) for key in keys]
        return [(height, width) for height, width in shapes]

    def close(self) -> None:
        """Let the files go."""
        self._open.clear()
