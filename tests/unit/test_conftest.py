"""The walls around the tests hold."""

import socket
import sys

import pytest


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.org"])
def test_other_machines_are_refused(host: str, blocked: list[str]) -> None:
    with pytest.raises(RuntimeError, match="this machine only"):
        socket.create_connection((host, 80), timeout=1)
    assert blocked == [host]
    blocked.clear()


def test_a_datagram_is_refused(blocked: list[str]) -> None:
    with (
        socket.socket(type=socket.SOCK_DGRAM) as each,
        pytest.raises(RuntimeError, match="this machine only"),
    ):
        each.sendto(b"", ("192.0.2.1", 53))
    blocked.clear()


def test_loopback_is_open(blocked: list[str]) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=5),
    ):
        assert blocked == []


def test_shapes_are_checked() -> None:
    assert any("jaxtyping" in type(each).__module__ for each in sys.meta_path)
