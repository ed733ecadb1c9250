"""Where live work runs: a ZeroGPU slice on a Space that has one, else a process beside this one.

Import this before gradio: on ZeroGPU `spaces` must come before anything that touches CUDA.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, TypeVar, cast

from diffmine.engine.aside import Aside

Work = TypeVar("Work", bound=Callable[..., Any])

ON_ZERO = os.environ.get("SPACES_ZERO_GPU") == "true"
_spaces: Any = importlib.import_module("spaces") if ON_ZERO else None
aside = Aside()
"""Off ZeroGPU: pages are answered here, and models there."""


def gpu(duration: int) -> Callable[[Work], Work]:
    """Give a generator function of a module a GPU for at most `duration` seconds; off ZeroGPU, for
    as long as it takes, the process where the models are."""

    def wrap(work: Work) -> Work:
        if _spaces is not None:
            return cast(Work, _spaces.GPU(duration=duration)(work))

        @wraps(work)
        def there(*arguments: Any) -> Iterator[Any]:
            yield from aside.stream(_there, work.__module__, work.__name__, arguments)

        return cast(Work, there)

    return wrap


def _there(module: str, name: str, arguments: tuple[Any, ...]) -> Iterator[Any]:
    """The function itself, in that process."""
    work = getattr(importlib.import_module(module), name)
    values: Iterator[Any] = work.__wrapped__(*arguments)
    return values
