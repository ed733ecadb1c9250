"""Where live work runs: a ZeroGPU slice on a Space that has one, here everywhere else.

Import this before gradio: on ZeroGPU `spaces` must come before anything that touches CUDA.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from typing import Any, TypeVar

Work = TypeVar("Work", bound=Callable[..., Any])

ON_ZERO = os.environ.get("SPACES_ZERO_GPU") == "true"
_spaces: Any = importlib.import_module("spaces") if ON_ZERO else None


def gpu(duration: int) -> Callable[[Work], Work]:
    """Give a generator function a GPU for at most `duration` seconds; nothing off ZeroGPU."""

    def wrap(work: Work) -> Work:
        if _spaces is None:
            return work
        wrapped: Work = _spaces.GPU(duration=duration)(work)
        return wrapped

    return wrap
