"""Serving: to whom, what, and with which headers."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from diffmine.app.cache import served
from diffmine.app.guard import Way
from diffmine.app.page import build, serve
from diffmine.app.server import is_loopback, settings, way_of
from diffmine.config import ServeConfig
from diffmine.errors import UsageError


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    blocks = build([folder])
    yield serve(blocks, port=free_port(), block=False)
    blocks.close(verbose=False)


def test_building_imports_no_torch(folder: Path) -> None:
    code = (
        "import sys; from diffmine.app.page import build; build([sys.argv[1]]);"
        "print([m for m in ('torch', 'diffusers', 'transformers') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_others_need_a_password(folder: Path) -> None:
    blocks = build([folder])
    for host in ("0.0.0.0", "192.168.1.2", "::", "example.org"):
        assert not is_loopback(host)
        with pytest.raises(UsageError, match="--auth FILE"):
            serve(blocks, host=host, block=False)


def test_a_taken_port_is_a_plain_error(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"Port {port} on 127.0.0.1 is taken"):
            serve(build([folder]), port=port, block=False)


def test_settings_are_the_safe_ones(folder: Path) -> None:
    found = settings(ServeConfig(), Way(), served(), [folder])
    assert found["share"] is False
    assert found["enable_monitoring"] is False
    assert found["run_history"] is False
    assert found["allowed_paths"] == []
    assert str(folder) in found["blocked_paths"]
    assert str(Path.cwd()) in found["blocked_paths"]
    assert len(found["app_kwargs"]["middleware"]) == 2
    others = settings(ServeConfig(host="0.0.0.0"), Way(), served(), [])
    assert len(others["app_kwargs"]["middleware"]) == 1


def test_the_name_that_visitors_type_is_a_host_of_the_app(folder: Path) -> None:
    way = way_of(ServeConfig(address="https://atlas.example.org:8443/diffmine/"))
    found = settings(ServeConfig(), way, served(), [])
    assert found["root_path"] == "https://atlas.example.org:8443/diffmine"
    hosts = found["app_kwargs"]["middleware"][0].kwargs["allowed_hosts"]
    assert hosts == ["127.0.0.1", "localhost", "[::1]", "atlas.example.org"]
    assert "*" not in hosts


def test_every_answer_has_the_headers(address: str) -> None:
    for path in ("", "config", "no-such-page"):
        headers = httpx.get(address + path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_another_host_name_is_refused(address: str) -> None:
    assert httpx.get(address, headers={"Host": "evil.example"}).status_code == 400


def test_the_page_names_nobody_else(address: str) -> None:
    text = httpx.get(address + "config").text
    assert not any(host in text for host in ("cdn.", "googleapis", "unpkg", "jsdelivr"))


def test_the_first_wall_is_in_the_page_and_may_be_kept(address: str) -> None:
    parts = httpx.get(address + "config").json()["components"]
    wall = next(part for part in parts if part["props"].get("elem_id") == "wall")
    answer = httpx.get(wall["props"]["value"]["sheet"]["file"]["url"])
    assert answer.content[:4] == b"\x89PNG"
    assert "immutable" in answer.headers["cache-control"]


def probes(folder: Path) -> list[str]:
    targets = ["/etc/passwd", str(folder / "atlas.json"), str(Path.cwd() / "pyproject.toml")]
    ups = ["../" * depth + "etc/passwd" for depth in range(1, 8)]
    quoted = [each.replace("/", "%2f").replace(".", "%2e") for each in [*targets, *ups]]
    kinds = ["file://{}", "./{}", "//{}", "{}%00.png", str(served().folder) + "/../../{}"]
    return [*targets, *ups, *quoted, *(kind.format(each) for kind in kinds for each in targets)]


def test_other_files_stay_private(address: str, folder: Path) -> None:
    away = ["http://127.0.0.1:1/", "HTTPS:/example.org", "%68ttp:%2f%2fexample.org", "ftp://a.b/"]
    for probe in [*probes(folder), *away]:
        answer = httpx.get(f"{address}gradio_api/file={probe}")
        assert answer.status_code in (400, 403, 404), probe


def test_nothing_is_fetched_for_a_visitor(address: str) -> None:
    for path in ("gradio_api/proxy=https://a.hf.space/x", "proxy=http://a.hf.space"):
        assert httpx.get(address + path).status_code == 403


def test_monitoring_is_off(address: str) -> None:
    assert httpx.get(address + "monitoring/summary").status_code in (403, 404)


def test_templates_hold_no_data(address: str) -> None:
    for part in httpx.get(address + "config").json()["components"]:
        template = json.dumps(part["props"].get("html_template", ""))
        assert "${" not in template
        assert "{{" not in template


def test_no_stub_is_written_beside_the_sources() -> None:
    import diffmine.app

    assert not list(Path(os.fspath(diffmine.app.__path__[0])).rglob("*.pyi"))


def test_a_machine_too_busy_to_answer_at_once_is_served(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gradio's look at the page timed out, as it does after three seconds."""
    monkeypatch.setattr("gradio.networking.url_ok", lambda _: False)
    blocks = build([folder])
    address = serve(blocks, port=free_port(), block=False)
    assert httpx.get(address).status_code == 200
    blocks.close(verbose=False)
