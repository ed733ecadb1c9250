"""How fast scoring goes, beside what the machine can do."""

from __future__ import annotations

import time
from functools import cache

import torch
from torch.utils.flop_counter import FlopCounterMode

from diffmine.model.model import Model

_SIDE = {"cuda": 8192, "cpu": 1024}


@cache
@torch.inference_mode()
def peak(device: torch.device, dtype: torch.dtype) -> float:
    """Floating-point operations a second of a large matrix product, the best of four;
    measured once in a process."""
    side = _SIDE.get(device.type, 1024)
    square = torch.randn(side, side, device=device, dtype=dtype)  # ones would draw less power
    best = float("inf")
    for _ in range(4):
        _wait(device)
        started = time.perf_counter()
        square @ square
        _wait(device)
        best = min(best, time.perf_counter() - started)
    return 2 * side**3 / best


_COSTS: dict[tuple[str, tuple[int, int, int], int], float] = {}
"""By a network's shape and arithmetic, a latent's shape, and prompts: counting takes long."""


def row_cost(model: Model, shape: tuple[int, int, int], prompts: int) -> float:
    """Floating-point operations (2 x multiply-adds) of one more prediction for a latent (c, h, w),
    where each noisy latent is predicted under so many prompts, whose embeddings are known."""
    kind = {name: value for name, value in model.unet.config.items() if name[0] != "_"}
    how = (model.device.type, model.unet.dtype)  # attention is computed by them
    key = (repr((how, sorted(kind.items()))), shape, prompts)
    if key not in _COSTS:
        _COSTS[key] = (_cost(model, shape, 2, prompts) - _cost(model, shape, 1, prompts)) / prompts
    return _COSTS[key]


@torch.inference_mode()
def _cost(model: Model, shape: tuple[int, int, int], rows: int, prompts: int) -> float:
    noisy, t = torch.zeros((rows, *shape), device=model.device), torch.zeros(rows).long()
    states, _ = model.words([""])
    which = torch.zeros((rows, prompts), dtype=torch.long, device=model.device)
    # A UNet that is first called while products are counted would never be compiled.
    eager = torch.compiler.set_stance("force_eager")
    with eager, FlopCounterMode(display=False) as counter:
        model.denoise(noisy, t, states, which, filled=False)
    return float(counter.get_total_flops())


class Meter:
    """Counts rows of the UNet, so many prompts for each noisy latent (c, h, w), and gives their
    rate since it was created as a note for a progress line."""

    def __init__(self, model: Model, shape: tuple[int, int, int], prompts: int) -> None:
        self._share = row_cost(model, shape, prompts) / peak(model.device, model.unet.dtype)
        self._started = time.perf_counter()
        self.rows = 0

    def add(self, rows: int) -> None:
        """Count rows."""
        self.rows += rows

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / max(time.perf_counter() - self._started, 1e-9)

    @property
    def share_of_peak(self) -> float:
        """The share of the machine's peak that is reached, 0 to 1."""
        return self.rate * self._share

    def note(self) -> str:
        """`812 rows/s, 43 % of peak`."""
        return f"{self.rate:,.0f} rows/s, {100 * self.share_of_peak:.0f} % of peak"


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
