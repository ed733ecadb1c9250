"""All that a server on this machine says to a browser, byte for byte."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_CODINGS = re.compile(rb"\r\n(accept-encoding)(:[^\r]*)", re.IGNORECASE)
_CHUNK = re.compile(rb"\r\n[0-9a-fA-F]+\r\n")
_LONGEST = 65536


@dataclass
class Recording:
    """What went from a server to its visitors, by connection; `address` is where these come."""

    address: str = ""
    connections: list[bytearray] = field(default_factory=list)

    def bodies(self) -> Iterator[bytes]:
        """The answers, each with its head, and apart from it."""
        for connection in list(self.connections):
            for answer in bytes(connection).split(b"HTTP/1.1 ")[1:]:
                head, _, body = answer.partition(b"\r\n\r\n")
                if b"transfer-encoding: chunked" in head.lower():
                    body = _CHUNK.sub(b"", b"\r\n" + body)
                yield head
                yield body


@contextmanager
def recorded(address: str) -> Iterator[Recording]:
    """A proxy before a server of this machine, by its address; nothing comes compressed through."""
    port = int(re.search(r":(\d+)", address)[1])  # type: ignore[index]
    recording = Recording()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        own = listener.getsockname()[1]
        recording.address = address.replace(f":{port}", f":{own}")
        threading.Thread(target=_listen, args=(listener, port, recording), daemon=True).start()
        yield recording


def _listen(listener: socket.socket, port: int, recording: Recording) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:  # closed
            return
        server = socket.create_connection(("127.0.0.1", port))
        told = bytearray()
        recording.connections.append(told)
        for one, other, into in ((client, server, None), (server, client, told)):
            threading.Thread(target=_pass, args=(one, other, into), daemon=True).start()


def _pass(one: socket.socket, other: socket.socket, into: bytearray | None) -> None:
    """Pass bytes on until one end closes; `into`: keep them too, else let none ask for codings."""
    with suppress(OSError):
        while content := one.recv(_LONGEST):
            if into is None:
                content = _CODINGS.sub(rb"\r\nX-Refused-Code\2", content)
            else:
                into += content
            other.sendall(content)
    for end in (one, other):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
            end.close()
