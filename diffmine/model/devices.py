"""The device that a model runs on, and the arithmetic that is fast there."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import torch

from diffmine.engine.processes import DEVICE, WORKER

_CONTAINER = Path("/sys/fs/cgroup")


def best_device() -> torch.device:
    """A CUDA GPU, else the CPU; of several GPUs, in a worker process, the one of its number."""
    if name := os.environ.get(DEVICE):
        return torch.device(name)
    if not torch.cuda.is_available():
        return torch.device("cpu")
    if (number := os.environ.get(WORKER)) is None:
        return torch.device("cuda")
    device = torch.device("cuda", int(number) % torch.cuda.device_count())
    torch.cuda.set_device(device)
    return device


def device_name(device: torch.device) -> str:
    """`cpu`, or what a GPU is called."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else str(device)


def free_memory(device: torch.device) -> int:
    """Bytes that a process can still take: of a GPU's memory, or of the host's, where a container
    may have less than the machine."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    free = int(psutil.virtual_memory().available)
    limit, used = (_number(_CONTAINER / f"memory.{name}") for name in ("max", "current"))
    return free if limit is None or used is None else max(0, min(free, limit - used))


def _number(path: Path) -> int | None:
    try:
        text = path.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdecimal() else None


def best_dtype(device: torch.device) -> torch.dtype:
    """float16 on a GPU; bfloat16 on a CPU that has it in hardware; else float32.

    bfloat16 on a GPU would cost precision that float16 keeps at the same speed.
    """
    if device.type == "cuda":
        return torch.float16
    has_bf16 = os.name == "posix" and torch.cpu._is_avx512_bf16_supported()
    return torch.bfloat16 if has_bf16 else torch.float32
