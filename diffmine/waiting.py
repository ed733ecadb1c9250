"""How the threads of a computation wait for each other.

OpenMP lets a thread that waits spin for milliseconds. On cores that others use as well it spins
away the time in which the thread that it waits for would have run: a prediction on two busy cores
took 12 seconds instead of 1 (docs/performance.md). Threads that sleep cost nearly nothing.
"""

from __future__ import annotations

import os

POLICY = "OMP_WAIT_POLICY"


def wait_asleep() -> None:
    """Let threads sleep while they wait, unless the environment says otherwise. To be called before
    anything imports PyTorch, which reads it once."""
    os.environ.setdefault(POLICY, "passive")


__all__ = ["POLICY", "wait_asleep"]
