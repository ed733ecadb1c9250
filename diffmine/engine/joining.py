"""Joining a cluster of Ray, or starting one of this machine alone: without a word, without a
dashboard, without statistics of use."""

from __future__ import annotations

import importlib.util
import logging
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from diffmine.engine.crew import sentence
from diffmine.errors import EngineError, UsageError

_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
"""Read when ray is imported."""
_STORE = 256 << 20
"""Bytes of memory for results on their way, of a cluster that is started here; what is more goes to
the disk. By itself Ray takes a third of the machine's memory, and of a container's."""
_SECONDS = 10.0


def join(address: str, cores: int | None = None) -> bool:
    """Join the cluster at `HOST:PORT` or `auto`; without an address start one, and say so: of so
    many cores, or all. One that this process has joined already is taken as it is, where no other
    is named.

    Raises UsageError for what is no address, EngineError when nothing answers there.
    """
    check(address)
    if importlib.util.find_spec("ray") is None:
        raise UsageError("--engine ray needs Ray: pip install 'diffmine[cluster]'.")
    settings = _QUIET | _token(address)
    os.environ.update({name: value for name, value in settings.items() if name not in os.environ})
    import ray

    # In colours it tells our standard output of each worker that died, whatever log_to_driver says.
    ray._private.worker.print_to_stdstream = lambda *_, **__: None
    if ray.is_initialized() and address in ("", "auto"):
        return False
    own = {"include_dashboard": False, "object_store_memory": _STORE, "num_cpus": cores}
    _reach(address)
    try:
        with _own_signals():
            ray.init(
                address=address or "local",  # without an address Ray would join what runs here
                log_to_driver=False,
                logging_level=logging.CRITICAL,
                **({} if address else own),
            )
    except Exception as error:  # whatever Ray raises, there is no cluster
        what = f"The cluster at {address} cannot be joined" if address else "Ray cannot be started"
        raise EngineError(f"{what}: {sentence(error)}") from error
    return not address


def _token(address: str) -> dict[str, str]:
    """How Ray's machines know each other. Left alone, Ray writes a token into the user's home when
    it starts a cluster, and then sends it to no cluster that is joined by its address."""
    if not address:  # the cluster ends with this process, and so does what opens it
        return {"RAY_AUTH_TOKEN": secrets.token_hex(32)}
    named = {"RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"} & os.environ.keys()
    known = bool(named) or (Path.home() / ".ray" / "auth_token").is_file()
    heeded = "ray" not in sys.modules  # whoever imported it before us has chosen
    return {"RAY_AUTH_MODE": "token"} if known and heeded else {}


def leave() -> None:
    """End what `join` started."""
    import ray

    ray.shutdown()


def check(address: str) -> None:
    """Raise UsageError for what is no address of a cluster."""
    if address.startswith("ray://"):
        raise UsageError(
            f"ray:{address} is a door for Ray's own client; run diffmine on a machine of the "
            "cluster, with --engine ray:auto."
        )
    host, _, port = address.rpartition(":")
    if address not in ("", "auto") and not (host and port.isascii() and port.isdecimal()):
        raise UsageError(f"ray:{address} names no cluster; write ray:HOST:PORT or ray:auto.")


def _reach(address: str) -> None:
    """Raise EngineError where nothing listens: Ray would try for minutes, then end the process."""
    if address in ("", "auto"):
        return
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _SECONDS).close()
    except (OSError, OverflowError) as error:
        raise EngineError(
            f"No cluster answers at {address} ({error}); start one with: ray start --head."
        ) from error


@contextmanager
def _own_signals() -> Iterator[None]:
    """Inside Ray takes SIGTERM for itself; it is given back."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


__all__ = ["check", "join", "leave"]
