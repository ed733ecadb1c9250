"""Commands that torchrun has started in several processes, or accelerate in one."""

from __future__ import annotations

import os

from diffmine.engine import Report
from diffmine.errors import UsageError


def is_first() -> bool:
    """Whether this process is alone, or the first of several: the one that holds the atlas."""
    return int(os.environ.get("RANK", "0")) == 0


def joined() -> Report:
    """The part of another process in a build: it trains with the first one."""
    from diffmine.stages.finetune.run import join

    return join()


def alone(command: str) -> None:
    """Raise UsageError where a command that several processes cannot share runs in several."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count > 1:
        raise UsageError(
            f"diffmine {command} was started in {count} processes, and only finetune and build "
            f"share their training; start it once, with --engine processes:{count}."
        )


def fewer() -> list[str]:
    """A sentence where `accelerate launch` was asked for several processes and started one.

    On processors it does so without a word (1.15). It names an address at which processes meet only
    when they are several, and says nothing of their number, which torchrun does.
    """
    launched = {"ACCELERATE_USE_CPU", "MASTER_ADDR", "MASTER_PORT"} <= os.environ.keys()
    if not launched or "WORLD_SIZE" in os.environ:
        return []
    return [
        "accelerate launch was asked for several processes and started one, which works alone; "
        "torchrun --nproc_per_node N -m diffmine starts several."
    ]
