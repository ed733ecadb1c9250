"""A hub of our own on this machine: the three requests that downloading a model makes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """Repositories by their names, each a folder; `asked` are the paths that were asked for."""

    def __init__(self, repositories: dict[str, Path]) -> None:
        self.repositories = repositories
        self.asked: list[str] = []
        self.commit = COMMIT
        self.spoiled = ""
        """Name of a file that arrives other than it is said to be."""

    def about(self, name: str) -> dict[str, Any]:
        """What the hub says of a repository."""
        folder, siblings = self.repositories[name], []
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                content = path.read_bytes()
                one = {"rfilename": path.relative_to(folder).as_posix(), "size": len(content)}
                if path.suffix in (".safetensors", ".bin"):
                    one["lfs"] = {"sha256": hashlib.sha256(content).hexdigest(),
                                  "size": len(content), "pointerSize": 100}  # fmt: skip
                siblings.append(one)
        return {"id": name, "modelId": name, "sha": self.commit, "siblings": siblings, "tags": []}

    def content(self, name: str, file: str) -> bytes | None:
        """A file of a repository."""
        path = self.repositories.get(name, Path("/nowhere")) / file
        if not path.is_file():
            return None
        content = path.read_bytes()
        return content[:-1] + b"?" if file == self.spoiled else content


@contextmanager
def serving(hub: Hub) -> Iterator[str]:
    """The address of a hub."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            path = self.path.partition("?")[0].strip("/")
            hub.asked.append(f"{self.command} {path}")
            if path.startswith("api/models/"):
                name = "/".join(path.split("/")[2:4])
                revision = path.partition("/revision/")[2] or "main"
                if name not in hub.repositories:
                    return self.answer(404, b"{}", {"X-Error-Code": "RepoNotFound"})
                if revision not in ("main", hub.commit):
                    return self.answer(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
                return self.answer(200, json.dumps(hub.about(name)).encode(), {})
            owner, name, _, _, file = path.split("/", 4)
            content = hub.content(f"{owner}/{name}", file)
            if content is None:
                return self.answer(404, b"", {"X-Error-Code": "EntryNotFound"})
            etag = hashlib.sha256(content).hexdigest()
            return self.answer(200, content, {"X-Repo-Commit": hub.commit, "ETag": f'"{etag}"'})

        def answer(self, code: int, content: bytes, headers: dict[str, str]) -> None:
            self.send_response(code)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
