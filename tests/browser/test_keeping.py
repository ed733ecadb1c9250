"""A historian's day: from a decade to a figure and a link, by mouse and by keys; nothing lost."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from diffmine.app.page import embedded
from diffmine.folders import VARIABLE
from tests.helpers import served

pytestmark = pytest.mark.browser

MOST_CLICKS = 14
FINS = "Element 1"  # of the 1950s, in the drawn cars


@pytest.fixture(scope="module")
def cars(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The app over the drawn cars that come with a checkout, and the folder of its user."""
    folder = tmp_path_factory.mktemp("user")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(folder))
        assert os.environ[VARIABLE]
        with served(next(path for path in embedded() if path.name == "cars")) as address:
            yield address, folder


@pytest.fixture
def desk(page: Page, cars: tuple[str, Path]) -> Page:
    """The page, opened; what is copied can be read."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(cars[0])
    expect(page.locator("#wall .dm-patch").first).to_be_visible()
    page.locator(".dm-first button").click()  # the first steps of a first visit
    return page


def stranger(browser: Browser, link: str) -> Page:
    """A fresh browser that opens a link."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(link)
    return page


def taken(page: Page, press: Locator) -> bytes:
    """The file that a press hands out."""
    with page.expect_download() as download:
        press.click()
    return download.value.path().read_bytes()


def names(page: Page) -> list[str | None]:
    return [tile.get_attribute("data-id") for tile in page.locator("#basket-wall .dm-patch").all()]


def test_the_historian_s_task_takes_fourteen_clicks(desk: Page, browser: Browser) -> None:
    clicks = 0

    def click(place: Locator) -> Locator:
        nonlocal clicks
        clicks += 1
        place.click()
        return place

    click(desk.locator("#labels button", has_text="1950s"))
    click(desk.get_by_role("tab", name="Elements", exact=True))
    rows = desk.locator("#elements .dm-row")
    fins = desk.locator(f'.dm-row-name strong[title="{FINS}"]')
    click(rows.filter(has=fins).locator("h4, .dm-row-title, button").first)
    tiles = desk.locator("#element-wall .dm-patch")
    click(tiles.nth(0))  # which cars: the whole picture is in the inspector
    expect(desk.locator("#viewer .dm-facts")).to_contain_text("images/1950s/")
    for at in range(5):
        tiles.nth(at).hover()
        click(desk.locator(".dm-put"))
        expect(desk.get_by_role("button", name=f"Basket ({at + 1})")).to_be_visible()
    wanted = [tiles.nth(at).get_attribute("data-id") for at in range(5)]
    click(desk.locator("#to-trend"))
    expect(desk.locator("#trend .main-svg").first).to_be_visible()
    ticks = desk.locator("#trend .xtick text")
    expect(ticks.first).to_contain_text("1920s")  # all decades at once
    click(desk.get_by_role("button", name="Basket (5)"))
    table = taken(desk, click_later := desk.locator("#basket-csv"))
    figure = taken(desk, desk.locator("#basket-pdf"))
    clicks += 2
    click(desk.locator("#copy-basket"))
    expect(desk.locator(".toast-wrap")).to_contain_text("its basket is in the clipboard")
    link = desk.evaluate("navigator.clipboard.readText()")
    assert clicks <= MOST_CLICKS
    assert click_later.is_visible()
    lines = table.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == wanted
    assert figure.startswith(b"%PDF")
    other = stranger(browser, link)
    expect(other.get_by_role("tab", name="Trends", exact=True)).to_have_attribute(
        "aria-selected", "true"
    )
    other.get_by_role("button", name="Basket (5)").click()
    assert names(other) == wanted
    expect(other).to_have_url(re.compile("label=1950s"))
    assert "#" not in other.url
    assert taken(other, other.locator("#basket-csv")) == table
    other.context.close()


def focus(page: Page, place: Locator, most: int = 160) -> None:
    """Press Tab until a control has the focus."""
    target = place.element_handle()
    for _ in range(most):
        if page.evaluate("node => document.activeElement === node", target):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {place}")


@pytest.mark.slow
def test_keys_alone_do_the_whole_task(desk: Page) -> None:
    press = desk.keyboard.press
    focus(desk, desk.locator("#labels .dm-current"))
    for _ in range(3):
        press("ArrowRight")
    expect(desk.locator("#labels .dm-current")).to_have_text("1950s")
    press("2")
    tiles = desk.locator("#element-wall .dm-patch")
    expect(tiles.first).to_be_visible()
    focus(desk, tiles.first)
    press("Enter")
    expect(desk.locator("#viewer .dm-facts")).to_contain_text("images/1950s/")
    for at in range(5):
        press("b")
        expect(desk.get_by_role("button", name=f"Basket ({at + 1})")).to_be_visible()
        press("ArrowRight")
    press("Control+z")
    expect(desk.locator(".dm-told-line")).to_contain_text("Taken back: putting into the basket")
    expect(desk.get_by_role("button", name="Basket (4)")).to_be_visible()
    press("Control+Shift+z")
    expect(desk.get_by_role("button", name="Basket (5)")).to_be_visible()
    desk.locator("body").evaluate("node => document.activeElement.blur()")
    focus(desk, desk.locator("#to-trend"))
    press("Enter")
    expect(desk.locator("#trend .main-svg").first).to_be_visible()
    focus(desk, desk.get_by_role("button", name="Basket (5)"))
    press("Enter")
    for name, begins in (("#basket-csv", b"\xef\xbb\xbf"), ("#basket-pdf", b"%PDF")):
        focus(desk, desk.locator(name))
        with desk.expect_download() as download:
            press("Enter")
        assert download.value.path().read_bytes().startswith(begins)
    focus(desk, desk.locator("#copy-basket"))
    press("Enter")
    expect(desk.locator(".toast-wrap")).to_contain_text("its basket is in the clipboard")
    assert "#basket=" in desk.evaluate("navigator.clipboard.readText()")


def test_a_basket_is_saved_opened_and_taken_back(
    desk: Page, cars: tuple[str, Path], browser: Browser, tmp_path: Path
) -> None:
    desk.locator("#wall .dm-patch").nth(1).click()
    expect(desk.locator("#viewer h3")).to_contain_text("No. 2 of")
    desk.locator("#add").click()
    desk.get_by_role("button", name="Basket (1)").click()
    desk.get_by_label("Note on the selected patch").fill("a lamp")
    desk.get_by_role("button", name="Save note").click()
    expect(desk.locator("#basket-wall .dm-caption")).to_contain_text("✎")
    desk.get_by_role("button", name="Save, send, open").click()
    desk.get_by_label("Note on the whole basket").fill("for the talk")
    desk.get_by_label("Name of the basket").fill("Lamps")
    desk.get_by_role("button", name="Save basket and view").click()
    expect(desk.locator(".dm-told-line")).to_have_text("Saved: Lamps (1 patch).")
    (path,) = (cars[1] / "baskets").glob("*.json")
    assert json.loads(path.read_text("utf-8"))["note"] == "for the talk"
    content = taken(desk, desk.locator("#basket-file"))
    desk.get_by_role("button", name="Clear all").click()
    expect(desk.get_by_role("button", name="Basket (empty)")).to_be_visible()
    other = stranger(browser, cars[0])
    other.get_by_role("button", name="Basket (empty)").click()
    other.get_by_role("button", name="Save, send, open").click()

    other.locator("#open-saved").click()
    expect(other.get_by_role("button", name="Basket (1)")).to_be_visible()
    expect(other.locator("#viewer h3")).to_contain_text("No. 2 of")
    expect(other.get_by_label("Note on the selected patch")).to_have_value("a lamp")
    expect(other.get_by_label("Note on the whole basket")).to_have_value("for the talk")
    other.keyboard.press("Escape")
    other.locator(".dm-undo").click()
    expect(other.get_by_role("button", name="Basket (empty)")).to_be_visible()
    (tmp_path / "sent.json").write_bytes(content)
    other.locator("#brought input").set_input_files(tmp_path / "sent.json")
    expect(other.get_by_role("button", name="Basket (1)")).to_be_visible()
    (tmp_path / "sent.json").write_text("{}")
    other.locator("#brought input").set_input_files(tmp_path / "sent.json")
    expect(other.locator(".dm-told-line")).to_have_text(
        "This file is no saved basket of diffmine, and holds no annotations of the W3C."
    )
    expect(other.get_by_role("button", name="Basket (1)")).to_be_visible()
    other.locator("#delete-saved").click()
    expect(other.locator(".dm-told-line")).to_have_text("Deleted: Lamps.")
    other.context.close()


def test_one_undo_for_basket_notes_and_names(desk: Page) -> None:
    press, said = desk.keyboard.press, desk.locator(".dm-told-line")
    expect(desk.locator(".dm-undo")).to_be_disabled()
    desk.locator("#add").click()
    expect(desk.get_by_role("button", name="Basket (1)")).to_be_visible()
    desk.get_by_role("tab", name="Elements", exact=True).click()
    name = desk.get_by_label("Name", exact=True).first
    before = "Element 1"
    expect(name).to_have_value(before)
    name.fill("tail fins")
    desk.get_by_role("button", name="Rename").click()
    expect(desk.locator("#elements .dm-row").first).to_contain_text("tail fins")
    desk.get_by_role("tab", name="Trends", exact=True).click()
    expect(desk.locator("#tab-trends, #left")).to_contain_text(["tail fins"])
    desk.reload()
    expect(desk.locator(".dm-undo")).to_be_enabled()
    desk.locator("body").click(position={"x": 2, "y": 2})
    press("Control+z")
    expect(said).to_have_text("Taken back: the name “tail fins” of 1920s.")
    press("Control+z")
    expect(said).to_contain_text("Taken back: putting into the basket: No. 1")
    expect(desk.get_by_role("button", name="Basket (empty)")).to_be_visible()
    desk.locator(".dm-redo").click()
    expect(desk.get_by_role("button", name="Basket (1)")).to_be_visible()
    desk.locator(".dm-redo").click()
    expect(said).to_have_text("Done again: the name “tail fins” of 1920s.")
    desk.get_by_role("tab", name="Elements", exact=True).click()
    expect(desk.locator("#elements .dm-row").first).to_contain_text("tail fins")
    desk.locator("#undo").click()
    expect(desk.locator("#elements .dm-row").first).to_contain_text(before)
    press("Control+z")  # what was taken back at the other button is not taken back again
    expect(said).to_contain_text("Taken back: putting into the basket: No. 1")
