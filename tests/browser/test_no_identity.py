"""Who the patient is stands in no answer of the app: all that it sends to a browser is looked at,
over a build's atlas, all tabs, the full screen, all downloads, and a film of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from diffmine.app.tabs import TABS
from diffmine.config import DataConfig
from diffmine.export.formats import FORMATS
from diffmine.folders import VARIABLE
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import build
from tests.browser.test_films import ACCEPT, Hand, results_of
from tests.helpers import quick, serving
from tests.leaks import Words
from tests.recording import Recording, recorded
from tests.unit.data.readers.dicom.files import PLAIN
from tests.unit.data.readers.dicom.patients import (
    JPEG,
    JPEG_2000,
    PLANTED,
    patient,
    words,
    write_patient,
)
from tests.unit.export.dicom.films import LABELS
from tests.unit.export.test_no_identity import CANVASES

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Invalid value for VR"),
    pytest.mark.filterwarnings("ignore:The value length"),
]
UID = "1.2.826.0.1.3680043.8.498"
OWN_NAME = "QXZDoe^Jane"
"""The name of the file that is given to Inspect. The browser that sent it is told it again."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where all that is written lies, with an atlas of films that say who they are of."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "user"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    for label in LABELS:
        (tmp_path / "data" / label).mkdir(parents=True)
    for number in range(8):
        syntax = (PLAIN, JPEG, JPEG_2000, PLAIN)[number % 4]
        path = tmp_path / "data" / LABELS[number // 4] / f"{number}.dcm"
        write_patient(path, patient(number), syntax)
    config = quick(make_random(tmp_path / "base"))
    data = DataConfig(image_size=32, view="source", kind="finding")
    build(tmp_path / "data", tmp_path / "films", replace(config, data=data))
    return tmp_path


@pytest.fixture
def recording(folder: Path) -> Iterator[Recording]:
    """The app over that atlas, behind a recorder."""
    log = folder / "log"
    with serving(folder / "films", log=log) as (address, _), recorded(address) as recording:
        yield recording


def test_no_answer_names_a_patient(
    folder: Path, recording: Recording, page: Page, capfd: pytest.CaptureFixture[str]
) -> None:
    read_films(page, recording.address)
    inspect(page, recording.address, folder)
    bodies = list(recording.bodies())
    assert sum(len(body) for body in bodies) > 10**6
    mined, own = Words(f"{UID}.{number}.1" for number in range(8)), Words([f"{UID}.99.1"])
    for uids in (mined, own):  # they stand in results, which shows that these are looked into
        assert any(uids.within(body) for body in bodies)
    planted = words()
    assert [told for body in bodies if (told := planted.within(body)) is not None] == []
    everywhere = Words([*PLANTED, OWN_NAME])
    assert everywhere.within("".join(capfd.readouterr()).encode()) is None
    assert everywhere.within((folder / "log").read_bytes()) is None
    for name in ("films", "user", "temporary", "base"):
        assert everywhere.files(folder / name) == {}


def read_films(page: Page, address: str) -> None:
    """All tabs, the full screen with results, and a basket in every format."""
    page.goto(address)
    page.get_by_role("button", name=ACCEPT).click()
    page.locator("#labels button", has_text=LABELS[1]).click()
    expect(page.locator("#viewer h3")).to_contain_text(f"most typical of {LABELS[1]}")
    for tab in TABS:
        button = page.get_by_role("tab", name=tab.title, exact=True)
        if button.is_visible():
            button.click()
            page.wait_for_timeout(500)
    page.locator("#viewer .dm-larger").click()
    expect(page.locator(".dm-about").first).to_contain_text("from its file")
    expect(page.locator(".dm-pane.dm-loading")).to_have_count(0)
    results_of(page, Hand(page), page.locator(".dm-tools").get_by_role("button", name="Results"))
    page.keyboard.press("Escape")
    page.locator("#add").click()
    page.locator("#basket button").first.click()
    page.locator("#basket-programs button").first.click()
    for name in FORMATS:
        if name != CANVASES:
            with page.expect_download(timeout=120_000):
                page.locator(f"#basket-{name}").click()


def inspect(page: Page, address: str, folder: Path) -> None:
    """A film of one's own: its screen and its results."""
    path = write_patient(folder / OWN_NAME, patient(99))
    page.goto(f"{address}?tab=inspect")
    page.locator("#own-file input[type=file]").set_input_files(path)
    expect(page.locator("#own-verdict")).to_contain_text("ypical", timeout=90_000)
    path.unlink()
    page.locator("#own-viewer .dm-larger").click()
    expect(page.locator(".dm-about").first).to_contain_text("from its file, 12 bits")
    results_of(page, Hand(page), page.locator(".dm-tools").get_by_role("button", name="Results"))
    page.keyboard.press("Escape")
    for way in ("csv", "json"):
        with page.expect_download():
            page.locator(f"#own-{way}").click()
