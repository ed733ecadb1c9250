"""Work for engines; a worker process imports this file."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np

from diffmine.engine import Tell
from diffmine.engine.processes import DEVICE
from diffmine.errors import DataError


def doubled(piece: int, tell: Tell) -> int:
    tell(0.5, "half")
    return 2 * piece


def counted(piece: tuple[Path, int], tell: Tell) -> int:
    """Leaves a file for each time it is done; the piece 1 ends its process the first time."""
    folder, number = piece
    if number == 1 and not (folder / "ended").exists():
        (folder / "ended").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    (folder / f"{number}-{time.monotonic_ns()}").touch()
    return number


def device(piece: int, tell: Tell) -> tuple[int, str]:
    """Its process and device; slow enough that every worker gets a piece."""
    time.sleep(0.5)
    return os.getpid(), os.environ[DEVICE]


def deadly(piece: Any, tell: Tell) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def wrong(piece: int, tell: Tell) -> int:
    if piece == 1:
        raise DataError("One sentence.")
    return piece


def broken(piece: int, tell: Tell) -> float:
    return 1 / piece


def slow(piece: Path, tell: Tell) -> None:
    piece.with_name(f"{piece.name}-{os.getpid()}").touch()
    for step in range(600):
        tell(step / 600)
        time.sleep(0.1)


def absent(piece: Path, tell: Tell) -> bytes:
    return piece.read_bytes()


def zeros(piece: int, tell: Tell) -> np.ndarray:
    return np.zeros(piece)


def faulty(piece: Path, tell: Tell) -> tuple[int, str]:
    """Its process, and those in which it failed before: the first time its GPU fails."""
    if not piece.exists():
        piece.write_text(str(os.getpid()))
        raise RuntimeError("CUDA error: an illegal memory access was encountered")
    return os.getpid(), piece.read_text()
