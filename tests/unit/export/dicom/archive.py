"""A small DICOMweb service: STOW and nothing else, as PS3.18 10.5 has it."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, HTTPServer

from pydicom import dcmread


class Archive(HTTPServer):
    """What it stores, by SOP Instance UID; how it answers; who asked."""

    def __init__(self, status: int = 200, empty: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.empty = status, empty
        self.stored: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.authorisation: set[str] = set()

    @property
    def address(self) -> str:
        """Of the service, under a path as most have one."""
        return f"http://127.0.0.1:{self.server_port}/dicom-web"


class _Handler(BaseHTTPRequestHandler):
    server: Archive

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(self.path)
        self.server.authorisation.add(self.headers.get("Authorization", ""))
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        message = BytesParser().parsebytes(head + content)
        assert message.get_content_type() == "multipart/related"
        assert message.get_param("type") == "application/dicom"
        references = []
        for part in message.get_payload():
            assert part.get_content_type() == "application/dicom"  # type: ignore[union-attr]
            file = part.get_payload(decode=True)  # type: ignore[union-attr]
            own = dcmread(io.BytesIO(file))
            if self.server.status < 300:
                self.server.stored[own.SOPInstanceUID] = file
            references.append(_reference(own.SOPClassUID, own.SOPInstanceUID))
        self._answer(references)

    def _answer(self, references: list[dict[str, object]]) -> None:
        name = "00081199" if self.server.status < 300 else "00081198"
        told = {name: {"vr": "SQ", "Value": [] if self.server.empty else references}}
        content = json.dumps(told).encode()
        self.send_response(self.server.status)
        if 300 <= self.server.status < 400:
            self.send_header("Location", f"{self.server.address}/elsewhere")
        self.send_header("Content-Type", "application/dicom+json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *told: object) -> None:
        """Nothing is said."""


def _reference(kind: str, uid: str) -> dict[str, object]:
    values = {"00081150": ("UI", kind), "00081155": ("UI", uid), "00081197": ("US", 272)}
    return {tag: {"vr": vr, "Value": [value]} for tag, (vr, value) in values.items()}


@contextmanager
def archive(status: int = 200, empty: bool = False) -> Iterator[Archive]:
    """One that runs, and answers with a status; `empty`: without a word of what it stored."""
    with Archive(status, empty) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
