"""How the threads of a computation wait: for each other, and for a processor.

OpenMP lets a thread that waits spin for milliseconds. On cores that others use as well it spins
away the time in which the thread that it waits for would have run: on two busy cores a prediction
took 12 seconds instead of 2. A thread that spins for some microseconds only and then sleeps loses
a few percent on a quiet machine, one that sleeps at once a third (docs/decisions/0070).
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

SPINS, POLICY = "GOMP_SPINCOUNT", "OMP_WAIT_POLICY"
_FEW = "3000"


def wait_briefly() -> None:
    """Let threads that wait spin briefly, then sleep, unless the environment says otherwise. To be
    called before anything imports PyTorch, which reads it once. (Of OpenMP as GCC has it, which
    PyTorch has on Linux; others do not read it.)"""
    if POLICY not in os.environ:
        os.environ.setdefault(SPINS, _FEW)


def waited(process: int | str = "self") -> float:
    """Seconds in which threads of a process, by its number, were ready and had no processor; 0
    where the system does not say (all but Linux)."""
    total = 0
    for path in Path(f"/proc/{process}/task").glob("*/schedstat"):
        with suppress(OSError, ValueError, IndexError):  # the thread may have ended
            total += int(path.read_text().split()[1])
    return total / 1e9


def undisturbed(wall: float, waited: float, processor: float, threads: int) -> float:
    """Seconds that work would have taken without other work on the machine, of `wall` seconds in
    which its threads together `waited` for a processor and had `processor` seconds of one. A thread
    that waits holds the others up, so that the waits of all count; they may overlap, so that it is
    no less than what `threads` need that never wait for each other."""
    return min(wall, max(wall - waited, processor / threads))


__all__ = ["POLICY", "SPINS", "undisturbed", "wait_briefly", "waited"]
