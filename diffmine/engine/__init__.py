"""Where work runs: a stage hands pieces of work to an engine and knows nothing of machines.

Each kind of engine is a file here and a line in ENGINES.
"""

from __future__ import annotations

from collections.abc import Callable

from diffmine.engine.base import Engine, Hear, Progress, Report, Tell, ahead, phase, silent
from diffmine.engine.here import Here, here
from diffmine.engine.processes import Processes
from diffmine.engine.ray import Ray
from diffmine.errors import UsageError

ENGINES: dict[str, Callable[[str], Engine]] = {
    "here": lambda rest: _alone(rest),
    "processes": lambda rest: Processes(_number(rest)),
    "ray": Ray,
}
"""For each name, what makes an engine from the text after the colon, as in `processes:4`."""


def engine_of(text: str) -> Engine:
    """The engine that a text names, as `here` or `processes:4`; UsageError when it names none."""
    name, _, rest = text.partition(":")
    if name not in ENGINES:
        raise UsageError(f"There is no engine {name!r}; there are {', '.join(ENGINES)}.")
    return ENGINES[name](rest)


def _alone(text: str) -> Engine:
    if text:
        raise UsageError(f"here:{text} says more than here: there is one process; write here.")
    return here


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise UsageError(f"processes:{text} names no number of workers; write processes:2.")
    return int(text)


__all__ = [
    "ENGINES",
    "Engine",
    "Hear",
    "Here",
    "Processes",
    "Progress",
    "Ray",
    "Report",
    "Tell",
    "ahead",
    "engine_of",
    "here",
    "phase",
    "silent",
]
