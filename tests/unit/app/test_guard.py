"""What reaches gradio: own pages, known users, few bytes; and what the log says of the rest."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from fastapi.testclient import TestClient
from gradio.routes import App
from httpx import Response
from starlette.middleware import Middleware

from diffmine.app import guard, log, logins, uploads
from diffmine.app.door import one_door
from diffmine.app.guard import Guard, Way
from diffmine.app.logins import Logins, write_name
from diffmine.app.uploads import Uploads

NAME = "Jane Roe 1950-01-01.png"
HOST = "http://testserver"
RUN = {"fn_index": 0, "data": ["x"], "session_hash": "s"}


class Site:
    """A page of one text box behind the guard."""

    def __init__(self, folder: Path, way: Way) -> None:
        self.uploads = Uploads(folder)
        with gr.Blocks() as blocks:
            text = gr.Textbox()
            gr.Button().click(lambda said: said, text, text, queue=False)
        one_door(blocks)
        blocks.max_file_size, blocks.auth_message = uploads.MOST_BYTES, None  # as launch does
        blocks.auth = way.logins.right if way.logins else None
        middleware = Middleware(Guard, way=way, uploads=self.uploads, cached="/served")
        app = App.create_app(blocks, app_kwargs={"middleware": [middleware]})
        app.uploaded_file_dir = str(folder)
        self.client = TestClient(app, base_url=HOST, raise_server_exceptions=False)

    def run(self, body: Any = RUN, **headers: str) -> Response:
        return self.client.post("/gradio_api/run/predict", json=body, headers=headers)

    def upload(self, content: bytes = b"x", name: str = NAME, **headers: str) -> Response:
        files = {"files": (name, content, "image/png")}
        return self.client.post("/gradio_api/upload", files=files, headers=headers)

    def log_in(self, name: str, password: str) -> Response:
        return self.client.post("/login", data={"username": name, "password": password})


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """The lines of the log; at the end none held what was sent."""
    fresh = log.Log()
    monkeypatch.setattr(guard, "log", fresh)
    monkeypatch.setattr("diffmine.app.door.log", fresh)
    monkeypatch.setattr(logging.getLogger("diffmine.app"), "propagate", True)
    told: list[str] = []
    monkeypatch.setattr(logging.getLogger("diffmine.app"), "warning", told.append)
    yield told
    assert not any("Roe" in line or "secret" in line or "\n" in line for line in told)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path, Way())


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_foreign_pages_cannot_post(site: Site, lines: list[str], headers: dict[str, str]) -> None:
    for answer in (site.run(**headers), site.upload(**headers)):
        assert answer.status_code == 403
        assert answer.json()["error"].endswith(".")
    assert lines == ["refused: a page of another origin (testclient)"] * 2
    assert not list(site.uploads.folder.iterdir())


def test_foreign_pages_cannot_read_what_a_known_user_may(site: Site, lines: list[str]) -> None:
    assert site.client.get("/config", headers={"Origin": "https://evil.example"}).status_code == 403


@pytest.mark.parametrize("headers", [{}, {"Origin": HOST}, {"Sec-Fetch-Site": "same-origin"}])
def test_own_pages_and_programs_can(site: Site, lines: list[str], headers: dict[str, str]) -> None:
    assert site.run(**headers).json()["data"] == ["x"]
    assert site.upload(**headers).status_code == 200
    assert not lines


def test_behind_a_proxy_the_own_page_is_that_of_its_address(tmp_path: Path) -> None:
    site = Site(tmp_path, Way(address="https://atlas.example.org/diffmine"))
    assert site.run(Origin="https://atlas.example.org").status_code == 200
    assert site.run(Origin="http://atlas.example.org").status_code == 403


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/gradio_api/run/predict", {"fn_index": 999, "data": [], "session_hash": "s"}, 404),
        ("/gradio_api/queue/join", {"fn_index": 999, "data": [], "session_hash": "s"}, 404),
        ("/gradio_api/run/predict", {"data": "secret"}, 422),
        ("/gradio_api/component_server", {"data": "secret"}, 400),
        ("/gradio_api/run/predict", {**RUN, "data": ["secret" * 200_000]}, 413),
        ("/gradio_api/process_recording", {}, 404),
        ("/gradio_api/vibe-edit", {}, 404),
    ],
)
def test_what_no_button_sends_is_one_line(
    site: Site, lines: list[str], capfd: Any, path: str, body: Any, status: int
) -> None:
    answer = site.client.post(path, json=body)
    assert answer.status_code == status
    assert len(lines) == 1
    assert lines[0].startswith("refused: ")
    assert "Traceback" not in capfd.readouterr().err


def test_links_to_a_page_as_it_stands_write_nothing(site: Site, lines: list[str]) -> None:
    assert site.client.get("/gradio_api/deep_link?session_hash=s").status_code == 404


def test_a_flood_is_told_of_in_few_lines(site: Site, lines: list[str]) -> None:
    for _ in range(200):
        site.client.post("/gradio_api/none")
    assert len(lines) == log.LINES
    now = [0.0]
    slow = log.Log(lambda: now[0])
    lines.clear()
    for _ in range(200):
        slow.refused("a path")
    now[0] = 61.0
    slow.refused("a path")
    assert lines[log.LINES] == f"{200 - log.LINES} more lines of the last minute were left out"


def test_more_bytes_than_are_taken(
    site: Site, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "MOST_BYTES", 1000)
    assert site.upload(b"x" * 100_000).status_code == 413

    def chunks() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 1000

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = site.client.post("/gradio_api/upload", content=chunks(), headers=headers)
    assert answer.status_code in (400, 413)
    assert len(lines) == 2


def test_a_visitor_may_give_few_files_and_gives_room_back(
    site: Site, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "VISITOR_FILES", 2)
    first = Path(site.upload(b"1").json()[0])
    assert site.upload(b"2").status_code == 200
    refused = site.upload(b"3")
    assert refused.status_code == 429
    assert "10 minutes" in refused.json()["error"]
    first.unlink()  # as the tab does that has read it
    assert site.upload(b"4").status_code == 200
    assert lines == ["refused: too many files at once (testclient)"]


def test_many_files_in_one_are_none(site: Site, lines: list[str]) -> None:
    many = [("files", (f"{at}.png", bytes([at]), "image/png")) for at in range(9)]
    assert site.client.post("/gradio_api/upload", files=many).status_code == 413
    assert not [path for path in site.uploads.folder.rglob("*") if path.is_file()]
    assert len(lines) == 1


# Who it is


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Logins:
    monkeypatch.setattr(logins, "COST", 2)
    monkeypatch.setattr(guard, "PAUSE", 0)
    for name in ("anna", "boris"):
        write_name(tmp_path / "logins", name, f"{name} knows it")
    return Logins(tmp_path / "logins")


def test_who_is_not_logged_in_sees_nothing_but_the_form(
    tmp_path: Path, known: Logins, lines: list[str]
) -> None:
    site = Site(tmp_path / "given", Way(logins=known))
    site.uploads.folder.mkdir()
    assert "auth_required" in site.client.get("/").text
    for answer in (
        site.run(),
        site.upload(),
        site.client.get("/config"),
        site.client.get("/gradio_api/heartbeat/s"),
        site.client.get("/gradio_api/file=/etc/passwd"),
        site.client.post("/gradio_api/cancel", json={}),
    ):
        assert answer.status_code == 401
    assert site.log_in("anna", "anna knows it").status_code == 200
    assert site.run().json()["data"] == ["x"]
    assert site.client.get("/config").status_code == 200
    logged = list(lines)
    write_name(known.path, "anna", "anna knows more")
    assert site.run().status_code == 200
    known.path.write_text(known.path.read_text().replace("anna:", "anne:"))
    assert site.run().status_code == 401, "who was struck off is out at once"
    assert logged == ["refused: nobody was logged in (testclient)"] * 5


def test_wrong_passwords_are_told_and_have_to_wait(
    tmp_path: Path, known: Logins, lines: list[str]
) -> None:
    site = Site(tmp_path, Way(logins=known))
    tries = [("anna", "secret"), ("nobody", "secret"), ("anna", "boris knows it")]
    for name, password in [*tries, *[("anna", "secret")] * (logins.TRIES - len(tries))]:
        assert site.log_in(name, password).status_code == 400
    right = site.log_in("anna", "anna knows it")
    assert right.status_code == 429
    assert lines[:-1] == ["refused: a wrong password (testclient)"] * logins.TRIES
    assert lines[-1] == "refused: too many wrong passwords (testclient)"


def test_a_proxy_names_the_user(tmp_path: Path, lines: list[str]) -> None:
    site = Site(tmp_path, Way(user_header="X-Remote-User"))
    for answer in (site.run(), site.client.get("/"), site.run(**{"X-Remote-User": ""})):
        assert answer.status_code == 401
    assert site.run(**{"X-Remote-User": "anna"}).json()["data"] == ["x"]
    anna = {"X-Remote-User": "anna"}
    for at in range(uploads.VISITOR_FILES):
        assert site.upload(bytes([at]), **anna).status_code == 200
    assert site.upload(b"more", **anna).status_code == 429
    assert site.upload(b"more", **{"X-Remote-User": "boris"}).status_code == 200
