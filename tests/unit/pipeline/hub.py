"""A hub on this machine that keeps what is committed to it, as the client of Hugging Face asks."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import Any

from tests.answering import Answering


class Hub(ThreadingHTTPServer):
    """Data set repositories by their names: whether they are closed, and commits in their order."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.closed: dict[str, bool] = {}
        self.commits: dict[str, list[tuple[str, dict[str, bytes]]]] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def create(self, name: str, closed: bool = False) -> None:
        if name not in self.commits:
            self.closed[name] = closed
            self.commits[name] = [(_oid(name.encode()), {".gitattributes": b""})]

    def commit(self, name: str, lines: list[dict[str, Any]]) -> str:
        files = dict(self.commits[name][-1][1])
        for line in lines:
            if line["key"] == "file":
                files[line["value"]["path"]] = base64.b64decode(line["value"]["content"])
            elif line["key"] == "deletedFile":
                del files[line["value"]["path"]]
        commit = _oid(json.dumps([name, len(self.commits[name])]).encode())
        self.commits[name].append((commit, files))
        return commit

    def files(self, name: str, revision: str = "main") -> tuple[str, dict[str, bytes]] | None:
        for commit, files in reversed(self.commits.get(name, [])):
            if revision in ("main", commit):
                return commit, files
        return None


class _Asked(Answering):
    server: Hub

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        match = re.match(r"/api/datasets/(\w+/\w+)/(revision|tree)/(\w+)", path)
        match = match or re.match(r"/datasets/(\w+/\w+)/(resolve)/(\w+)/(.+)", path)
        known = self.server.files(match[1], match[3]) if match else None
        if match is None or known is None:
            there = match is not None and match[1] in self.server.commits
            code = "RevisionNotFound" if there else "RepoNotFound"
            self.send(404, b"{}", **{"X-Error-Code": code})
            return
        commit, files = known
        if match[2] == "revision":
            names = [{"rfilename": name} for name in files]
            self.answer({"id": match[1], "sha": commit, "siblings": names})
        elif match[2] == "tree":
            self.answer(
                [
                    {"type": "file", "path": name, "size": len(content), "oid": _oid(content)}
                    for name, content in files.items()
                ]
            )
        else:
            content = files[match[4]]
            self.send(200, content, ETag=f'"{_oid(content)}"', **{"X-Repo-Commit": commit})

    do_HEAD = do_GET

    def do_POST(self) -> None:
        content = self._body()
        if self.headers.get("Authorization") != "Bearer hf_me":
            self.send(401, b"{}")
        elif self.path == "/api/repos/create":
            asked = json.loads(content)
            name = f"{asked.get('organization') or 'me'}/{asked['name']}"
            known = name in self.server.commits
            self.server.create(name, asked.get("visibility") == "private")
            address = {"url": f"{self.server.address}/datasets/{name}"}
            self.send(409 if known else 200, json.dumps(address).encode())
        elif self.path == "/api/validate-yaml":
            self.answer({"errors": [], "warnings": []})
        elif "/preupload/" in self.path:
            names = [one["path"] for one in json.loads(content)["files"]]
            how = {"uploadMode": "regular", "shouldIgnore": False, "oid": None}
            self.answer({"files": [{"path": name, **how} for name in names]})
        elif "/commit/" in self.path:
            name = self.path.removeprefix("/api/datasets/").partition("/commit/")[0]
            commit = self.server.commit(name, [json.loads(line) for line in content.splitlines()])
            address = f"{self.server.address}/datasets/{name}/commit/{commit}"
            self.answer({"success": True, "commitOid": commit, "commitUrl": address})

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        content = b""
        while size := int(self.rfile.readline(), 16):
            content += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return content


def _oid(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


@contextmanager
def hub() -> Iterator[Hub]:
    """One that runs inside."""
    with Hub() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
