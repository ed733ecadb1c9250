"""How the threads of a computation wait for each other.

OpenMP lets a thread that waits spin for milliseconds. On cores that others use as well it spins
away the time in which the thread that it waits for would have run: on two busy cores a prediction
took 12 seconds instead of 2. A thread that spins for some microseconds only and then sleeps loses
a few percent on a quiet machine, one that sleeps at once a third (docs/decisions/0070).
"""

from __future__ import annotations

import os

SPINS, POLICY = "GOMP_SPINCOUNT", "OMP_WAIT_POLICY"
_FEW = "3000"


def wait_briefly() -> None:
    """Let threads that wait spin briefly, then sleep, unless the environment says otherwise. To be
    called before anything imports PyTorch, which reads it once. (Of OpenMP as GCC has it, which
    PyTorch has on Linux; others do not read it.)"""
    if POLICY not in os.environ:
        os.environ.setdefault(SPINS, _FEW)


__all__ = ["POLICY", "SPINS", "wait_briefly"]
