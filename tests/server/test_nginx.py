"""Behind a real nginx, as docs/nginx.conf has it: TLS, a login, streams, a limit on uploads."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright

from diffmine.app.tabs import TABS
from tests.helpers import FLAGS, serving
from tests.load.visitor import Visitor
from tests.unit.app.make_atlas import LABELS, make_atlas

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
CONF = Path(__file__).parents[2] / "docs" / "nginx.conf"
NAME, PASSWORD, FILM = "anna", "a long password", "Jane Roe 1950-01-01.png"
MAIN = """
{user}
daemon off;
pid {root}/pid;
error_log {root}/error.log;
events {{}}
http {{
    client_body_temp_path {root}/body;
    proxy_temp_path {root}/proxy;
    fastcgi_temp_path {root}/fastcgi;
    uwsgi_temp_path {root}/uwsgi;
    scgi_temp_path {root}/scgi;
    include {root}/diffmine.conf;
}}
"""
SERVE = """
import sys
from diffmine.app.page import build, serve
port, address, *atlases = sys.argv[1:]
serve(build(atlases), port=int(port), address=address, proxy_user_header="X-Remote-User")
"""
STEPS = 900


class Behind(NamedTuple):
    """The address of nginx, that of the app behind it, what the app says, and its process."""

    address: str
    inner: str
    root: Path
    process: subprocess.Popen[str]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def configure(root: Path, port: int, inner: str) -> None:
    """The documented file, with this test's names and places."""
    run(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
        *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
        *("-keyout", str(root / "key"), "-out", str(root / "certificate")),
    )
    hashed = run("openssl", "passwd", "-apr1", PASSWORD).strip()
    (root / "htpasswd").write_text(f"{NAME}:{hashed}\n")
    text = CONF.read_text()
    for old, new in {
        "443 ssl": f"127.0.0.1:{port} ssl",
        "/etc/ssl/certs/atlas.example.org.pem": str(root / "certificate"),
        "/etc/ssl/private/atlas.example.org.key": str(root / "key"),
        "atlas.example.org": "127.0.0.1",
        "/etc/nginx/diffmine.htpasswd": str(root / "htpasswd"),
        "http://127.0.0.1:7860/": inner,
        "/var/log/nginx/diffmine.log": str(root / "access.log"),
    }.items():
        assert old in text
        text = text.replace(old, new)
    (root / "diffmine.conf").write_text(text)
    user = "user root;" if os.name == "posix" and os.getuid() == 0 else ""
    (root / "nginx.conf").write_text(MAIN.format(root=root, user=user))


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    """The app behind nginx."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None or shutil.which("openssl") is None:
        pytest.skip("no nginx or no openssl")
    from diffmine.model.tiny import make_random

    root = tmp_path_factory.mktemp("nginx")
    make_random(root / "model", tuple(LABELS))
    make_atlas(root / "shapes", model="../model")
    manifest = json.loads((root / "shapes" / "atlas.json").read_text())
    manifest["config"]["translate"]["steps"] = STEPS
    (root / "shapes" / "atlas.json").write_text(json.dumps(manifest))
    port = free_port()
    address = f"https://127.0.0.1:{port}/diffmine"
    with serving(address, root / "shapes", log=root / "stderr", code=SERVE, inner=True) as (
        inner,
        process,
    ):
        configure(root, port, inner)
        with subprocess.Popen([nginx, "-c", str(root / "nginx.conf")]) as server:
            try:
                for _ in range(100):
                    if (root / "pid").is_file():
                        break
                    time.sleep(0.1)
                yield Behind(f"{address}/", inner, root, process)
            finally:
                server.terminate()


def known() -> dict[str, str]:
    word = base64.b64encode(f"{NAME}:{PASSWORD}".encode()).decode()
    return {"Authorization": f"Basic {word}"}


@pytest.fixture
def web(behind: Behind) -> Iterator[httpx.Client]:
    import ssl

    trusted = ssl.create_default_context(cafile=str(behind.root / "certificate"))
    with httpx.Client(base_url=behind.address, verify=trusted, headers=known()) as client:
        yield client


def test_a_page_in_a_browser(behind: Behind, chromium: str) -> None:
    wrong: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS.split())
        page = browser.new_page(
            ignore_https_errors=True, http_credentials={"username": NAME, "password": PASSWORD}
        )
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", lambda request: wrong.append(request.url))
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(behind.address)
        expect(page.locator("#wall .dm-patch")).to_have_count(100, timeout=60_000)
        page.locator("#labels button").nth(1).click()
        expect(page.locator("#labels .dm-current")).to_contain_text("1910", timeout=60_000)
        browser.close()
    own = [url for url in asked if not url.startswith(("data:", "blob:"))]
    assert own
    assert all(url.startswith(behind.address) for url in own)
    assert not [each for each in wrong if "heartbeat" not in each]


def test_addresses_in_the_page_are_those_of_the_proxy(behind: Behind, web: httpx.Client) -> None:
    config = web.get("config").json()
    assert config["root"] == behind.address.rstrip("/")
    wall = next(one for one in config["components"] if one["props"].get("elem_id") == "wall")
    sheet = wall["props"]["value"]["sheet"]["file"]["url"]
    assert sheet.startswith(behind.address)
    answer = web.get(sheet)
    assert answer.content[:4] == b"\x89PNG"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["strict-transport-security"]


def test_a_wrong_password_and_a_forged_name(behind: Behind, web: httpx.Client) -> None:
    assert web.get("", headers={"Authorization": "Basic bm86bm8="}).status_code == 401
    forged = {"Authorization": "", "X-Remote-User": NAME}
    assert web.get("", headers=forged).status_code == 401
    assert httpx.get(behind.inner).status_code == 401


def test_a_translation_is_told_of_while_it_runs(behind: Behind) -> None:
    visitor = Visitor(behind.address, known(), verify=False)
    try:
        visitor.send("wall", "pick", {"id": f"{LABELS[0]}-top-0050"})
        visitor.send("tabs", "select", {"index": [tab.name for tab in TABS].index("translate")})
        told: list[dict[str, Any]] = []
        for line in visitor.stream("run", "click", None, (LABELS[1:], "pnp", False)):
            told.append(json.loads(line.removeprefix("data: ")))
            if told[-1]["msg"] == "process_generating" and "stop" not in told[0]:
                told[0]["stop"] = True
                body = {
                    "session_hash": visitor.client.session_hash,
                    "event_id": told[-1]["event_id"],
                    "fn_index": visitor.events["run", "click"]["id"],
                }
                assert visitor.http.post("cancel", json=body).status_code == 200
            if told[-1]["msg"] == "process_completed":
                break
    finally:
        visitor.close()
    assert told[-1]["output"] == {}, "it was stopped before it was done: nothing was held back"


def test_uploads(behind: Behind, web: httpx.Client) -> None:
    def give(size: int, **headers: str) -> httpx.Response:
        return web.post("gradio_api/upload", files={"files": (FILM, b"x" * size)}, headers=headers)

    assert give(22 * 2**20).status_code == 413
    assert give(10, Origin="https://evil.example").status_code == 403
    given = give(10, Origin=behind.address.removesuffix("/diffmine/"))
    assert given.status_code == 200
    assert Path(given.json()[0]).is_file()


def test_the_logs_hold_no_name_and_a_stop_leaves_no_file(behind: Behind, web: httpx.Client) -> None:
    given = web.post("gradio_api/upload", files={"files": (FILM, b"y")}).json()
    web.post("gradio_api/run/predict", json={"fn_index": 9999, "data": ["secret"]})
    web.get("", params={"patch": "secret"})
    behind.process.terminate()
    assert behind.process.wait(30) == 0
    assert not Path(given[0]).parent.parent.parent.exists()
    said = (behind.root / "stderr").read_text()
    assert "refused: a page of another origin (anna)" in said
    assert "refused: an event that no button sends (anna)" in said
    for text in (said, (behind.root / "access.log").read_text()):
        assert "Roe" not in text
        assert "secret" not in text
        assert "Traceback" not in text
