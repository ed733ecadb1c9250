"""What a family of models is: it knows a pipeline by its parts, and loads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch

from diffmine.model.model import Model


@runtime_checkable
class Load(Protocol):
    """Loads a folder or a Hub repository."""

    def __call__(self, where: str, device: torch.device, dtype: torch.dtype) -> Model:
        """Frozen, on the device. Raises ModelError when a part is missing or does not fit, and
        what the libraries raise."""


@dataclass(frozen=True)
class Family:
    """Models that encode, add noise, predict and sample alike. `knows` gets the class of each part
    by its name, as model_index.json has them; none where there is no such file."""

    name: str
    knows: Callable[[Mapping[str, str]], bool]
    load: Load
