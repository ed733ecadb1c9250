"""Logging in as a person does, and stopping the app while it works."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright

from diffmine.app.logins import write_name
from diffmine.app.tabs import TABS
from diffmine.model.tiny import make_random
from tests.helpers import FLAGS, serving
from tests.load.visitor import Visitor
from tests.unit.app.make_atlas import LABELS, make_atlas

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
SERVE = """
import sys
from diffmine.app.page import build, serve
port, auth, atlas = sys.argv[1:]
serve(build([atlas]), port=int(port), auth=auth)
"""


def test_a_person_logs_in(tmp_path: Path, chromium: str) -> None:
    make_atlas(tmp_path / "shapes")
    write_name(tmp_path / "logins", "anna", "a long password")
    given = (tmp_path / "logins", tmp_path / "shapes")
    with (
        serving(*given, log=tmp_path / "stderr", code=SERVE) as (address, _),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS.split())
        page = browser.new_page()
        page.goto(address)
        for password in ("secret", "a long password"):
            page.locator("input").nth(0).fill("anna")
            page.locator("input").nth(1).fill(password)
            page.get_by_role("button", name="Login").click()
            page.wait_for_timeout(2000)
        expect(page.locator("#wall .dm-patch").first).to_be_visible(timeout=60_000)
        page.locator("#labels button").nth(1).click()
        expect(page.locator("#labels .dm-current")).to_contain_text("1910")
        browser.close()
        assert httpx.get(f"{address}config").status_code == 401
    said = (tmp_path / "stderr").read_text()
    assert "refused: a wrong password (127.0.0.1)" in said
    assert "secret" not in said


def test_a_stop_during_a_translation_is_clean(tmp_path: Path) -> None:
    make_random(tmp_path / "model", tuple(LABELS))
    make_atlas(tmp_path / "shapes", model="../model")
    manifest = json.loads((tmp_path / "shapes" / "atlas.json").read_text())
    manifest["config"]["translate"]["steps"] = 900
    (tmp_path / "shapes" / "atlas.json").write_text(json.dumps(manifest))
    with serving(tmp_path / "shapes", log=tmp_path / "stderr") as (address, process):
        visitor = Visitor(address)
        visitor.send("wall", "pick", {"id": f"{LABELS[0]}-top-0050"})
        visitor.send("tabs", "select", {"index": [tab.name for tab in TABS].index("translate")})
        for line in visitor.stream("run", "click", None, (LABELS[1:], "pnp", False)):
            if "process_generating" in line:
                break
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        visitor.close()
    said = (tmp_path / "stderr").read_text()
    assert "Traceback" not in said
    assert "Fatal" not in said
