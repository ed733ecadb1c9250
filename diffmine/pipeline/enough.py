"""Ctrl-C while a model is trained: what it has learnt is enough."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from diffmine.engine import Progress
from diffmine.errors import Enough


@contextmanager
def asked_to_end(progress: Progress) -> Iterator[Progress]:
    """Inside, the first Ctrl-C while a model is trained ends its training with what it has learnt,
    and the command goes on; a second one, or one at another time, stops the command.

    Not where several processes train together: every one of them hears Ctrl-C.
    """
    alone = int(os.environ.get("WORLD_SIZE", "1")) == 1
    default = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not alone or not default or threading.current_thread() is not threading.main_thread():
        yield progress
        return
    watch = _Watch(progress)
    signal.signal(signal.SIGINT, watch.hear)
    try:
        yield watch
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


class _Watch:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._trained = (0, 0)
        self._asked = False

    def __call__(self, stage: str, done: int, total: int, unit: str, note: str = "") -> None:
        training = stage == "finetune" and unit == "steps"
        self._trained = (done, total) if training else (0, 0)
        self._progress(stage, done, total, unit, note)
        if self._asked and training:
            self._asked = False
            raise Enough(f"Training ended at step {done:,} of {total:,}, as you asked.")

    def hear(self, number: int, frame: FrameType | None) -> None:
        done, total = self._trained
        if self._asked or not 0 < done < total:
            signal.default_int_handler(number, frame)
        self._asked = True
        print(
            f"\nTraining ends after this step ({done:,} of {total:,}) and the model is kept as it "
            "is; Ctrl-C again stops the command instead.",
            file=sys.stderr,
            flush=True,
        )
