"""A process that has everything imported and forks: each attempt at a command is a child of it,
which may die, and costs no start.

Without the tests' type checks, as people run it. `Forks` is the side of the tests; this file run as
a program is the other side, which calls functions of scenarios.py and training.py, beside it, by
name.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import tempfile
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]


class Forks:
    """Calls scenarios in the other process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, scenario: str, *arguments: Any) -> Any:
        """What a scenario returns; its failure is the test's."""
        assert self._process.stdin
        assert self._process.stdout
        call = json.dumps([scenario, *arguments], default=str)
        print(call, file=self._process.stdin, flush=True)
        answer = json.loads(self._process.stdout.readline() or '{"error": "it died"}')
        assert "error" not in answer, answer["error"]
        return answer["value"]


@contextmanager
def forks() -> Iterator[Forks]:
    """The other process, for as long as it is needed."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.forks"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Forks(process)
        finally:
            process.kill()


@dataclass(frozen=True)
class Ending:
    """How a child ended: its exit code (less than 0: the signal), what it wrote to stderr and what
    its action and `tell` returned; those of a child that was killed are None."""

    code: int
    said: str
    value: Any = None
    told: Any = None


def child(
    run: Callable[[Callable[[], Any]], int],
    action: Callable[[], Any],
    tell: Callable[[], Any] = lambda: None,
    *,
    dies_after: float | None = None,
) -> Ending:
    """Run an action in a child, which may be killed after some seconds.

    `run` calls it and gives the exit code; `tell` says something of the child at its end.
    """
    reading, writing = os.pipe()
    with tempfile.TemporaryFile("w+b") as said:
        process = os.fork()
        if process == 0:
            os.close(reading)
            _child(run, action, tell, dies_after, writing, said)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            content = pipe.read()
        _, status = os.waitpid(process, 0)
        said.seek(0)
        told = said.read().decode(errors="replace")
    value, more = pickle.loads(content) if content else (None, None)
    return Ending(os.waitstatus_to_exitcode(status), told, value, more)


def _child(
    run: Callable[[Callable[[], Any]], int],
    action: Callable[[], Any],
    tell: Callable[[], Any],
    dies_after: float | None,
    writing: int,
    said: IO[bytes],
) -> None:
    code = 70
    try:
        os.dup2(said.fileno(), 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.stdout = os.fdopen(1, "w", closefd=False)
        sys.stderr = os.fdopen(2, "w", closefd=False)
        if dies_after is not None:
            killer = threading.Timer(dies_after, os.kill, (os.getpid(), 9))
            killer.daemon = True
            killer.start()
        values: list[Any] = []
        code = run(lambda: values.append(action()))
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump((values[0] if values else None, tell()), pipe)
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def serve() -> None:
    """Call scenarios as they are asked for, one line of JSON each."""
    answers, asked = os.fdopen(os.dup(1), "w"), sys.stdin
    os.dup2(2, 1)
    warnings.simplefilter("ignore", DeprecationWarning)
    from tests.faults import scenarios, training

    known = {**vars(scenarios), **vars(training)}
    for line in asked:
        name, *arguments = json.loads(line)
        try:
            answer = {"value": known[name](*arguments)}
        except Exception:
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    serve()
