"""What a training needs to go on: trained weights, their mean, the optimiser's moments, losses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor


@dataclass
class State:
    """Everything that a run needs to go on, of the weights that are trained: all, or those of
    adapters.

    `mean` is empty where no mean is kept. It moves every `every` steps: where weights are many it
    lies in the host's memory, and a copy of all of them takes longer than a step. `held` are the
    typicalities of held-out images, each with its step and its standard error.
    """

    step: int
    unet: torch.nn.Module
    mean: dict[str, Tensor]
    optimizer: torch.optim.Optimizer
    losses: list[float] = field(default_factory=list)
    every: int = 1
    held: list[tuple[int, float, float]] = field(default_factory=list)

    @property
    def trained(self) -> dict[str, torch.nn.Parameter]:
        """The weights that are trained, by their names."""
        return {name: w for name, w in self.unet.named_parameters() if w.requires_grad}

    def update_mean(self, decay: float) -> None:
        """Move the running mean of the weights; early on it follows faster."""
        if not self.mean or self.step % self.every:
            return
        decay = min(decay, (1 + self.step) / (10 + self.step)) ** self.every
        means = list(self.mean.values())
        weights = [weight.detach() for weight in self.trained.values()]
        if means[0].device == weights[0].device:
            torch._foreach_lerp_(means, weights, 1 - decay)
            return
        for mean, weight in zip(means, weights, strict=True):
            mean.lerp_(weight.to(mean.device), 1 - decay)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Inside, the weights are those that are kept as the model: their mean, if there is one."""
        if not self.mean:
            yield
            return
        trained = self.trained
        self._exchange(trained)
        try:
            yield
        finally:
            self._exchange(trained)

    @torch.no_grad()
    def _exchange(self, trained: dict[str, torch.nn.Parameter]) -> None:
        for name, weight in trained.items():
            before = weight.to(self.mean[name].device, copy=True)
            weight.copy_(self.mean[name])
            self.mean[name].copy_(before)

    @torch.no_grad()
    def keep(self, best: Path | None = None) -> None:
        """Let the weights be those that are kept, for good: their mean, or those of a file."""
        if best is not None:
            with safe_open(best, framework="pt") as file:
                for name, weight in self.trained.items():
                    weight.copy_(file.get_tensor(name))
            return
        for name, weight in self.trained.items():
            if self.mean:
                weight.copy_(self.mean[name])

    def save_kept(self, path: Path) -> None:
        """Write the weights that are kept as the model (safetensors)."""
        weights = self.mean or {name: weight.detach() for name, weight in self.trained.items()}
        save_file({name: weight.cpu().contiguous() for name, weight in weights.items()}, path)

    def save(self, path: Path) -> None:
        """Write a checkpoint (safetensors); no tensor that is in the host's memory is copied."""
        tensors = {"step": torch.tensor(self.step)}
        tensors["losses"] = torch.tensor(self.losses, dtype=torch.float64)
        tensors["held"] = torch.tensor(self.held, dtype=torch.float64).reshape(-1, 3)
        for name, weight in self.trained.items():
            tensors[f"weight/{name}"] = weight.detach()
            if self.mean:
                tensors[f"mean/{name}"] = self.mean[name]
            for moment, value in self.optimizer.state[weight].items():
                if value is not None:
                    tensors[f"{moment}/{name}"] = torch.as_tensor(value)
        save_file(_apart({k: v.cpu().contiguous() for k, v in tensors.items()}), path)

    @torch.no_grad()
    def load(self, path: Path, steps: int) -> bool:
        """Go on from a checkpoint, a tensor after the other; False, and nothing is changed, where
        it is not whole or behind the last of `steps`."""
        try:
            with safe_open(path, framework="pt") as file:
                if not self._fits(file) or int(file.get_tensor("step")) > steps:
                    return False
                self._take(file)
        except SafetensorError:
            return False
        return True

    def _take(self, file: Any) -> None:
        names = set(file.keys())
        self.step = int(file.get_tensor("step"))
        self.losses = file.get_tensor("losses").tolist() if "losses" in names else []
        rows = file.get_tensor("held").tolist() if "held" in names else []
        self.held = [(int(step), value, error) for step, value, error in rows]
        for name, weight in self.trained.items():
            weight.copy_(file.get_tensor(f"weight/{name}"))
            if self.mean:
                self.mean[name].copy_(file.get_tensor(f"mean/{name}"))
            moments: dict[str, Any] = {}
            for key in sorted(names):
                moment, _, of = key.partition("/")
                if of == name and moment not in ("weight", "mean"):
                    moments[moment] = _moment(file.get_tensor(key), weight.device)
            self.optimizer.state[weight] = moments

    def _fits(self, file: Any) -> bool:
        """Whether every tensor of these weights is there."""
        names = set(file.keys())
        kinds = ("weight", "mean") if self.mean else ("weight",)
        shapes = {name: list(weight.shape) for name, weight in self.trained.items()}
        for name, shape in shapes.items():
            for key in (f"{kind}/{name}" for kind in kinds):
                if key not in names or file.get_slice(key).get_shape() != shape:
                    return False
            if not any({f"{one}/{name}", f"{two}/{name}"} <= names for one, two in _MOMENTS):
                return False
        return {"step", *(f"step/{name}" for name in shapes)} <= names


_MOMENTS = (("exp_avg", "exp_avg_sq"), ("state1", "state2"))
"""What optimisers call the two moments of a weight."""


def _moment(value: Tensor, device: torch.device) -> Tensor | int:
    """A tensor of an optimiser as it has it: one number stays in the host's memory."""
    if value.dim() == 0:
        return value if value.is_floating_point() else int(value)
    return value.to(device)


def _apart(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same tensors, those that share memory copied: a file holds none twice."""
    seen: set[int] = set()
    for name, tensor in tensors.items():
        place = tensor.untyped_storage().data_ptr()
        if place in seen:
            tensors[name] = tensor.clone()
        seen.add(place)
    return tensors


def mean_of(
    trained: dict[str, torch.nn.Parameter], device: torch.device | None = None
) -> dict[str, Float[Tensor, "..."]]:
    """The running mean of weights, as it begins: a copy of them, perhaps on another device."""
    return {name: w.detach().to(device or w.device, copy=True) for name, w in trained.items()}
