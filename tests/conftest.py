"""What every test runs under: no network but loopback, shapes checked, settings that repeat."""

import atexit
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import jaxtyping
import pytest

# What people name and edit goes to their own folder of data: never to that of who runs the tests.
DATA = tempfile.mkdtemp(prefix="diffmine-tests-")
atexit.register(shutil.rmtree, DATA, ignore_errors=True)

# Before anything imports gradio, torch, numba or huggingface_hub.
os.environ.update(
    DIFFMINE_DATA=DATA,
    DIFFMINE_CACHE=os.path.join(DATA, "cache"),
    GRADIO_ANALYTICS_ENABLED="False",
    HF_HUB_OFFLINE="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    MPLBACKEND="Agg",
    OMP_NUM_THREADS="1",  # sums of floats depend on it in their last bits
    NUMBA_CACHE_DIR=str(Path(__file__).parents[1] / ".pytest_cache" / "numba"),
    TOKENIZERS_PARALLELISM="false",
)
for proxy in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
    os.environ.pop(proxy, None)


def _fsync(fd: object) -> None:
    """What a test writes need not outlive a crash of the machine."""


os.fsync = _fsync

jaxtyping.install_import_hook("diffmine", "beartype.beartype")


LONG = (
    "browser",
    "faults",
    "parallel",
    "stages",
    "test_build.py",
    "test_presence.py",
    "test_python_md.py",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: browsers and servers are waited for as often as computed."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first: side by side with the others they end before them. What drives a
    browser is tried twice: on a busy machine an event may come before the page is ready for it."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))
    items.sort(key=lambda item: not set(item.path.parts).intersection(LONG))


class LeftTheMachine(RuntimeError):
    """A test reached for another machine. Not an OSError: those are swallowed as 'offline'."""


def _is_loopback(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode()
    if host in (None, "", "localhost"):
        return True
    try:
        return ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session")
def _blocked() -> Iterator[list[str]]:
    """Refuse all but loopback, also to threads that outlive a test; list what was refused."""
    attempts: list[str] = []

    def refuse(host: object) -> None:
        attempts.append(str(host))
        raise LeftTheMachine(f"Tests may talk to this machine only, not to {host!r}.")

    def by_address(method: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(self: socket.socket, *args: Any) -> Any:
            address = args[-1]  # connect(address), sendto(data[, flags], address)
            if isinstance(address, tuple) and not _is_loopback(address[0]):
                refuse(address[0])
            return method(self, *args)

        return guarded

    def by_name(function: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(host: object, *args: Any, **kwargs: Any) -> Any:
            if not _is_loopback(host) and host != "0.0.0.0":
                refuse(host)
            return function(host, *args, **kwargs)

        return guarded

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, by_address(getattr(socket.socket, name)))
        for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
            patch.setattr(socket, name, by_name(getattr(socket, name)))
        yield attempts


@pytest.fixture(autouse=True)
def blocked(_blocked: list[str]) -> Iterator[list[str]]:
    """The hosts this test was refused. One that is still listed at its end fails it."""
    _blocked.clear()
    yield _blocked
    assert not _blocked, f"the test tried to reach {', '.join(_blocked)}"


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium, or a skip; under CI a missing one is a failure."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if path and os.access(path, os.X_OK):
        return path
    reason = f"no Chromium at CHROMIUM={path}" if path else f"none of {', '.join(names)} on PATH"
    if os.environ.get("CI"):
        pytest.fail(f"{reason}, and CI is set")
    pytest.skip(reason)
