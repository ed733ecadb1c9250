"""The workers of a cluster: asked for as there are places, ready, at work or dismissed."""

from __future__ import annotations

import os
import pickle
import re
import sys
import time
from collections.abc import Sequence
from typing import Any

from diffmine.engine.actor import Worker
from diffmine.engine.processes import PATIENT
from diffmine.errors import EngineError
from diffmine.version import __version__

_LOOK = 5.0
"""Seconds between two looks at what machines the cluster has."""
_FAILED = 3
"""Workers that may fail to begin, one after the other: what three cannot do, none can."""
_PAINT = re.compile(r"\x1b\[[0-9;]*m")


class Member:
    """A worker that has begun."""

    def __init__(self, actor: Any) -> None:
        self.actor = actor

    def work(self, code: Any, piece: bytes) -> Any:
        """Hand it a piece; what comes back is the stream of its messages."""
        return self.actor.work.options(num_returns="streaming").remote(code, piece)

    def heard(self, stream: Any) -> tuple[Any, ...]:
        """The next message of a stream that has one; ("lost", error) when there will be none."""
        import ray

        try:
            message: tuple[Any, ...] = pickle.loads(ray.get(next(stream)))  # of our own worker
        except (ray.exceptions.RayError, StopIteration) as error:
            return "lost", EngineError(sentence(error))
        return message


class Crew:
    """The workers of one engine. Places in the cluster are counted anew while there is work: a
    machine that joins later gets its share."""

    def __init__(self) -> None:
        self.idle: list[Member] = []
        self._coming: dict[Any, Any] = {}  # actors by what says that they have begun
        self._needs: dict[str, int] = {}
        self._places = 0
        self._looked = 0.0
        self._failed = 0

    def shared(self, content: bytes) -> Any:
        """Bytes that are sent to each machine once."""
        import ray

        return ray.put(content)

    def hire(self, wanted: int, busy: int) -> None:
        """Ask for workers as long as fewer than `wanted` are there and the cluster has places."""
        import ray

        if time.monotonic() - self._looked >= _LOOK:
            self._needs, self._places = places(ray.nodes(), _threads())
            self._looked = time.monotonic()
        missing = min(wanted, self._places) - busy - len(self.idle) - len(self._coming)
        for _ in range(missing):
            # Never started again by Ray, which would forget the piece all the same.
            kind = ray.remote(max_restarts=0, **self._needs)(Worker)
            threads = str(self._needs["num_cpus"])
            actor = kind.remote(PATIENT | {"OMP_NUM_THREADS": threads})
            self._coming[actor.begin.remote()] = actor

    def wait(self, streams: Sequence[Any], seconds: float) -> list[Any]:
        """The streams that have a message, after so long at most; workers that have begun are idle
        now. Raises EngineError when none can begin."""
        import ray

        awaited = [*self._coming, *streams]
        ray.wait(awaited, num_returns=1, timeout=seconds)
        ready, _ = ray.wait(awaited, num_returns=len(awaited), timeout=0)
        for answer in [entry for entry in self._coming if entry in ready]:
            self._begun(answer, self._coming.pop(answer))
        return [stream for stream in streams if stream in ready]

    def _begun(self, answer: Any, actor: Any) -> None:
        import ray

        try:
            host, version = ray.get(answer)
        except ray.exceptions.RayError as error:
            self._failed += 1
            if self._failed >= _FAILED:
                raise EngineError(
                    f"Workers of the cluster cannot begin: {sentence(error)} Install the same "
                    "diffmine on all its machines."
                ) from error
            return
        if version != __version__:
            raise EngineError(
                f"The machine {host} has diffmine {version}, and this one {__version__}; install "
                "the same on all machines of the cluster."
            )
        self._failed = 0
        self.idle.append(Member(actor))

    def dismiss(self, member: Member) -> None:
        """End a worker, whatever it is doing."""
        import ray

        ray.kill(member.actor)

    def close(self) -> None:
        """End those that do nothing."""
        import ray

        for actor in [*self._coming.values(), *(member.actor for member in self.idle)]:
            ray.kill(actor)
        self._coming.clear()
        self.idle.clear()


def places(nodes: Sequence[dict[str, Any]], threads: int) -> tuple[dict[str, int], int]:
    """What a worker needs of a cluster, as Ray calls it, and how many find a place: one for each
    GPU if there are GPUs, else one for so many cores, or for all of the largest machine."""
    machines = [node["Resources"] for node in nodes if node["Alive"]]
    gpus = sum(int(machine.get("GPU", 0)) for machine in machines)
    if gpus:
        return {"num_gpus": 1, "num_cpus": 1}, gpus
    cores = [int(machine.get("CPU", 0)) for machine in machines]
    threads = min(threads, max([*cores, 1]))
    # At least one is asked for: a cluster may start machines when somebody waits for them.
    return {"num_cpus": threads}, max(1, sum(count // threads for count in cores))


def sentence(error: Exception) -> str:
    """What an error of Ray's says, which is coloured, in many lines: the first sentence of the
    last."""
    lines = [line.strip() for line in _PAINT.sub("", str(error)).splitlines() if line.strip()]
    last = (lines or [type(error).__name__])[-1]
    return f"{last.partition('. ')[0].rstrip('.')}."


def _threads() -> int:
    """How many threads torch has in this process, or will have: sums of floats depend on it."""
    torch = sys.modules.get("torch")
    if torch is not None:
        return int(torch.get_num_threads())
    number = os.environ.get("OMP_NUM_THREADS", "")
    return int(number) if number.isdecimal() and int(number) else os.cpu_count() or 1


__all__ = ["Crew", "Member", "places", "sentence"]
