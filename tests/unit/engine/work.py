"""Work for engines; a worker process imports this file."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

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
