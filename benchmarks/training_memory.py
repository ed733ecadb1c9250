"""Memory of training: estimated by diffmine/model/cost.py, and measured in a process of its own.

    python -m benchmarks.training_memory        # a table for models of 20 to 90 million weights

On Linux with glibc; the measure is the most memory that the process had, less what it had before
the network was made. It is taken twice: with every piece from 1 MB on handed back when it is freed,
and as glibc does by itself, which keeps freed pieces of up to 32 MB, in pieces.
"""

from __future__ import annotations

import ctypes
import gc
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import torch

from diffmine.model.bases import Base, _weights, network_of
from diffmine.model.cost import How, _inputs, _step, cost_of
from diffmine.model.lora import add_adapters
from diffmine.model.state import mean_of
from diffmine.model.training import prepare

WIDTHS = {"20 M": (96, 192, 192), "40 M": (128, 256, 320), "90 M": (192, 384, 512)}
"""Channels of the levels of three UNets, by about how many weights they have."""
SMALL = (32, 64, 64)
_ROWS, _SIDE, _STEPS = 4, 32, 2
_MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of malloc.h


def network(widths: tuple[int, ...]) -> dict[str, Any]:
    """The configuration of a UNet of the shape of Stable Diffusion's."""
    return {
        "_class_name": "UNet2DConditionModel",
        "sample_size": _SIDE,
        "in_channels": 4,
        "out_channels": 4,
        "block_out_channels": list(widths),
        "layers_per_block": 2,
        "cross_attention_dim": 256,
        "attention_head_dim": 8,
        "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
        "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
    }


def both(
    widths: tuple[int, ...], lora: int, recompute: bool, precision: str, handed_back: bool
) -> tuple[int, int]:
    """Bytes of a training step as estimated, and as measured in this process."""
    base, how = (
        _base(widths),
        How((_SIDE, _SIDE), precision, "adapters" if lora else "all", lora, recompute),
    )
    cost = cost_of(base, how)
    assert cost is not None
    _trained(_base(SMALL), how, _STEPS)  # what libraries keep from their first call on
    gc.collect()
    libc = ctypes.CDLL(None)
    libc.malloc_trim(0)
    if handed_back:
        assert libc.mallopt(_MMAP_THRESHOLD, 1 << 20)
    before = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the most that there was is what there is
    _trained(base, how, _STEPS)
    return cost.bytes(_ROWS), _memory("VmHWM") - before


def _memory(name: str) -> int:
    """A figure of this process in bytes, by its name in Linux: VmRSS now, VmHWM the most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith(name)).split()[1])


def _base(widths: tuple[int, ...]) -> Base:
    text = json.dumps(network(widths), sort_keys=True)
    return Base("a base", _weights(text), 8 * _SIDE, 8, text)


def _trained(base: Base, how: How, steps: int) -> None:
    """Train a network for so many steps."""
    own = network_of(base)
    if how.lora:
        add_adapters(own, how.lora)
    prepare(own, how.recompute, how.trained)
    trained = {name: w for name, w in own.named_parameters() if w.requires_grad}
    mean = mean_of(trained)
    optimizer = torch.optim.AdamW(trained.values(), 1e-5)
    call = _inputs(own, how.crop, _ROWS)
    call |= {
        name: torch.randn(tensor.shape)
        for name, tensor in call.items()
        if isinstance(tensor, torch.Tensor) and tensor.is_floating_point()
    }
    for _ in range(steps):
        optimizer.zero_grad()
        _step(own, call, torch.zeros(_ROWS, 4, _SIDE, _SIDE), how)
        optimizer.step()
    assert mean


def alone(*arguments: Any) -> tuple[int, int]:
    """The same in a process of its own."""
    code = f"from benchmarks.training_memory import both; print(*both(*{arguments!r}))"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True,
                          text=True, check=True)  # fmt: skip
    estimated, measured = done.stdout.split()
    return int(estimated), int(measured)


def main() -> None:
    """Print the table."""
    print("model   trained   recompute  estimated    measured, ratio    by itself, ratio")
    for name, widths in WIDTHS.items():
        for lora, recompute in ((0, False), (0, True), (16, True)):
            what = f"rank {lora}" if lora else "all"
            line = f"{name:<8}{what:<10}{recompute!s:<9}"
            for handed_back in (True, False):
                estimated, measured = alone(widths, lora, recompute, "no", handed_back)
                line += "" if not handed_back else f"{estimated / 1e6:>8.0f} MB"
                line += f"{measured / 1e6:>10.0f} MB {estimated / measured:.2f}"
            print(line, flush=True)


if __name__ == "__main__":
    main()
