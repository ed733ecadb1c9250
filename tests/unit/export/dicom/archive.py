"""A small DICOMweb service: STOW, QIDO and WADO as PS3.18 10.4 to 10.6 have them, with the errors
of real ones."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import urlsplit

from pydicom import Dataset, dcmread


class Archive(HTTPServer):
    """What it stores, by SOP Instance UID; how it answers; who asked."""

    def __init__(self, status: int = 200, empty: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.empty = status, empty
        self.stored: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.authorisation: set[str] = set()
        self.needed = ""
        """What must stand in Authorization, where anything must."""
        self.deaf = False
        """Filters of searches are passed over, as misspelt ones are by most servers."""
        self.silent = False
        """Searches by words have no answer (204)."""
        self.troubles: dict[str, list[tuple[int, bytes]]] = {}
        """Status and content of the next answers to paths that end so."""

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

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        told = self.headers.get("Authorization", "")
        self.server.authorisation.add(told)
        if told != self.server.needed and self.server.needed:
            return self._send(401, b"")
        where = urlsplit(self.path)
        for end, answers in self.server.troubles.items():
            if where.path.endswith(end) and answers:
                return self._send(*answers.pop(0))
        words = where.path.removeprefix("/dicom-web/").split("/")
        own = [one for one in self._own() if _is_in(one, words)]
        if words[-1] == "metadata":
            return self._json([_metadata(one) for one in own])
        if len(words) == 1:
            return self._json(self._searched(words[0], where.query))
        return self._film(self.server.stored[words[-1]])

    def _own(self) -> list[Dataset]:
        files = self.server.stored.values()
        return [dcmread(io.BytesIO(one), stop_before_pixels=True) for one in files]

    def _searched(self, level: str, query: str) -> list[dict[str, Any]]:
        """A search as Orthanc 1.10 with its plugin 1.7 answers it: a value that was encoded never
        matches, names come out damaged."""
        raw = dict(one.split("=", 1) for one in query.split("&"))
        page = {name: int(raw.pop(name)) for name in ("limit", "offset")}
        own = self._own()
        if self.server.silent and not any(name.endswith("UID") for name in raw) and raw:
            return []
        if not self.server.deaf:
            own = [one for one in own if all(str(one.get(n, "")) == v for n, v in raw.items())]
        keys = {"series": "SeriesInstanceUID", "instances": "SOPInstanceUID"}[level]
        alone = list({str(one[keys].value): one for one in own}.values())
        if not self.server.deaf:
            alone = alone[page["offset"] :][: page["limit"]]
        return [_found(one) for one in alone]

    def _json(self, told: list[dict[str, Any]]) -> None:
        if not told:
            return self._send(204, b"")
        return self._send(200, json.dumps(told).encode(), "application/dicom+json")

    def _film(self, content: bytes) -> None:
        assert self.headers["Accept"].startswith('multipart/related; type="application/dicom"')
        head = b"--a-b\r\nContent-Type: application/dicom\r\n\r\n"
        kind = "multipart/related; type=application/dicom; boundary=a-b"
        self._send(200, head + content + b"\r\n--a-b--\r\n", kind)

    def _send(self, status: int, content: bytes, kind: str = "text/plain") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

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


def _is_in(own: Dataset, words: list[str]) -> bool:
    """Whether a file lies at a path studies/UID/series/UID/..."""
    names = {"studies": own.StudyInstanceUID, "series": own.SeriesInstanceUID,
             "instances": own.SOPInstanceUID}  # fmt: skip
    pairs = zip(words[::2], words[1::2], strict=False)
    return all(names.get(level, uid) == uid for level, uid in pairs)


def _metadata(own: Dataset) -> dict[str, Any]:
    told: dict[str, Any] = own.to_json_dict(1, lambda element: "http://127.0.0.1/bulk")
    return told


def _found(own: Dataset) -> dict[str, Any]:
    return {
        "00100010": {"vr": "PN", "Value": [{"Alphabetic": "ZQX\ufffd\ufffd"}]},
        "00080060": {"vr": "CS", "Value": ["damaged"]},
        "0020000D": {"vr": "UI", "Value": [str(own.StudyInstanceUID)]},
        "0020000E": {"vr": "UI", "Value": [str(own.SeriesInstanceUID)]},
    }


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
