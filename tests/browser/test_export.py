"""Exported pages opened from the disk: no server, no request, nothing of the data runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from diffmine.atlas.atomic import write_folder
from diffmine.export.chosen import Chosen
from diffmine.export.order import Lists
from diffmine.export.pages.basket import basket
from diffmine.export.pages.site import site
from tests.unit.app.make_atlas import make_atlas

pytestmark = pytest.mark.browser

LABELS = ["<script>window.hit=1</script>", '"><img src=x onerror=window.hit=1>', "'onload='hit()"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site and a basket of an atlas whose labels are scripts."""
    root = tmp_path_factory.mktemp("pages")
    atlas = make_atlas(root / "atlas", labels=LABELS)
    write_folder(root / "site", site(atlas, Lists(LABELS, "top", 12)), lambda _: False)
    notes = [f"{label}</p><script>window.hit=1</script>" for label in LABELS]
    best = [atlas.patches(label)[at].patch_id for at, label in enumerate(LABELS)]
    chosen = [Chosen(name, note) for name, note in zip(best, notes, strict=True)]
    write_folder(root / "basket", basket(atlas, chosen), lambda _: False)
    return root


@pytest.fixture
def disk(browser: Browser) -> Iterator[Page]:
    """A page that must not err, ask anyone or be wider than a phone."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark")
    found = context.new_page()
    wrong: list[str] = []
    found.on("pageerror", lambda error: wrong.append(str(error)))
    found.on("console", lambda said: wrong.append(said.text))
    found.on("request", lambda asked: asked.url.startswith("file:") or wrong.append(asked.url))
    yield found
    assert found.evaluate("window.hit") is None
    assert found.evaluate("document.documentElement.scrollWidth") <= 390
    broken = "[...document.images].filter(i => i.complete && !i.naturalWidth).length"
    assert found.evaluate(broken) == 0
    context.close()
    assert not wrong


def test_a_site_opens_from_the_disk(disk: Page, folder: Path) -> None:
    disk.goto((folder / "site" / "index.html").as_uri())
    expect(disk.locator(".card")).to_have_count(3)
    assert disk.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 23, 26)"
    disk.get_by_role("link", name=LABELS[0]).click()
    expect(disk.locator("h1")).to_have_text(LABELS[0])
    expect(disk.locator("figure")).to_have_count(12)
    disk.get_by_label("Filter").fill("01.png")
    expect(disk.locator("figure:visible")).to_have_count(2)
    disk.get_by_role("link", name="›").click()
    expect(disk.locator("h1")).to_have_text(LABELS[1])


def test_a_basket_opens_from_the_disk(disk: Page, folder: Path) -> None:
    disk.goto((folder / "basket" / "index.html").as_uri())
    expect(disk.locator("article")).to_have_count(3)
    expect(disk.locator(".note").first).to_contain_text("<script>window.hit=1</script>")
    disk.get_by_label("Filter").fill("onerror")
    expect(disk.locator("article:visible")).to_have_count(1)
