"""The embedded atlases with their own models: what `make app` opens."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from diffmine.app.page import embedded
from diffmine.atlas.writer import open_workspace
from tests.helpers import served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shipped() -> Iterator[str]:
    """The address of the app over the embedded atlases, in a process of its own."""
    assert embedded(), "assets/atlases holds no atlas: make demos"
    with served() as found:
        yield found


def scored_before(label: str) -> str:
    """The best patch of drawn cars whose image the base model scored too."""
    atlas = open_workspace(next(each for each in embedded() if each.name == "cars"))
    found = (p for p in atlas.patches(label) if atlas.map(p.image_id, label, "base"))
    return next(found).patch_id


def test_an_era_its_patches_and_their_record(page: Page, shipped: str) -> None:
    page.goto(f"{shipped}?atlas=type")
    expect(page.locator("#labels button")).to_have_count(9)
    expect(page.locator("header")).to_contain_text("drawn by a recipe")
    expect(page.get_by_role("tab", name="Evaluate", exact=True)).to_be_hidden()
    expect(page.locator("#labels .dm-current")).to_have_text("1450")
    page.locator("#labels button", has_text="1830").click()
    expect(page.locator("#wall .dm-patch").first).to_have_attribute(
        "aria-label", re.compile("1830")
    )
    page.locator("#wall .dm-patch").nth(3).click()
    expect(page.locator("#viewer h3")).to_contain_text("most typical of 1830")
    expect(page.locator("#viewer .dm-facts")).to_contain_text(re.compile("OFL|Apache|MIT"))


def test_a_name_leaves_the_atlas_as_it_is(page: Page, shipped: str) -> None:
    """Named, taken back and done again by the keys, and there after a reload; no file of the
    checkout is written, and none is left."""
    folder = next(path for path in embedded() if path.name == "type")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    page.goto(f"{shipped}?atlas=type&label=1830&tab=elements")
    names = page.locator("#elements .dm-row strong")
    expect(page.locator("#left")).to_contain_text("What you change here is kept in")
    page.get_by_label("Name", exact=True).fill("serif")
    page.get_by_label("Name", exact=True).press("Enter")
    expect(names.first).to_have_text("serif")
    page.get_by_label("Name", exact=True).press("Control+z")  # of what is typed there
    expect(names.first).to_have_text("serif")
    page.locator("#elements .dm-row-name").first.focus()
    page.keyboard.press("Control+z")
    expect(names.first).to_have_text("Element 1")
    expect(page.locator("#redo")).to_have_text("Redo: the name “serif” of 1830")
    page.keyboard.press("Control+Shift+Z")
    expect(names.first).to_have_text("serif")
    page.reload()
    expect(names.first).to_have_text("serif")
    page.locator("#undo").click()
    expect(names.first).to_have_text("Element 1")
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


@pytest.mark.timeout(400)
def test_a_letter_is_translated_into_other_eras(page: Page, shipped: str) -> None:
    page.goto(f"{shipped}?atlas=type&label=1957&tab=typical")
    expect(page.locator("#viewer h3")).to_contain_text("most typical of 1957")
    page.locator("#wall .dm-patch").nth(40).click()
    expect(page.locator("#viewer h3")).to_contain_text("No. 41 of")
    page.get_by_role("tab", name="Translate", exact=True).click()
    expect(page.locator("#targets input:checked")).to_have_count(8)
    for era in page.locator("#targets input").all()[2:]:
        era.uncheck()
    page.locator("#run").click()
    expect(page.locator("#status")).to_contain_text(re.compile(r"Step \d+ of"), timeout=60_000)
    expect(page.locator("#status")).to_contain_text("Done in", timeout=300_000)
    expect(page.locator("#strip .dm-made")).to_have_count(2)
    expect(page.locator("#verdict")).to_contain_text("typical of")


def test_the_map_and_the_trend_of_an_element(page: Page, shipped: str) -> None:
    page.goto(f"{shipped}?atlas=type&label=1450&tab=map")
    page.wait_for_selector("#map .dm-map[data-drawn]")
    page.goto(f"{shipped}?atlas=type&label=1450&tab=trends&element=0")
    expect(page.locator("#share .dm-chart-plot .main-svg").first).to_be_visible()


def test_real_history_comes_first(page: Page, shipped: str) -> None:
    page.goto(shipped)
    expect(page.locator("h1").first).to_have_text("Desktop icons, 1990s to 2020")
    expect(page.locator("#wall .dm-patch")).to_have_count(100)
    page.get_by_role("button", name=re.compile("Drawn cars")).click()
    expect(page.locator("header")).to_contain_text("Cars drawn by a recipe")
    page.locator("#labels button", has_text="1950s").click()
    expect(page.locator("#viewer h3")).to_contain_text("most typical of 1950s")


def test_drawn_cars_are_judged_by_their_boxes(page: Page, shipped: str) -> None:
    page.goto(f"{shipped}?atlas=cars&label=1950s&patch={scored_before('1950s')}")
    page.locator("#viewer").get_by_text("Heat map", exact=True).click()
    before = page.locator("#viewer").get_by_role("radio", name="Before finetuning")
    expect(before).not_to_be_checked()
    before.check()
    expect(page.locator("#viewer")).to_contain_text("as it was before it saw these images")
    page.get_by_role("tab", name="Evaluate", exact=True).click()
    expect(page.locator("#evaluation-area .dm-chart-plot .main-svg").first).to_be_visible()


def test_a_box_drawn_around_a_patch_gives_it_first(page: Page, shipped: str) -> None:
    """By the mouse and by the keys, in the full screen and behind it."""
    page.goto(f"{shipped}?atlas=icons")
    third = page.locator("#wall .dm-patch").nth(2)
    own = third.get_attribute("data-id") or ""
    third.click()
    expect(page).to_have_url(re.compile(own))
    page.locator("#viewer .dm-larger").click()
    expect(page.locator(".dm-pane.dm-loading")).to_have_count(0)
    page.keyboard.press("x")
    window = page.locator(".dm-pane .dm-box").bounding_box()
    assert window
    page.mouse.move(window["x"], window["y"])
    page.mouse.down()
    page.mouse.move(window["x"] + window["width"], window["y"] + window["height"], steps=3)
    page.mouse.up()
    near = page.locator(".dm-tools .dm-wall .dm-patch")
    expect(near).to_have_count(24, timeout=120_000)  # the model is loaded for it
    expect(near.first).to_have_attribute("data-id", own)
    page.keyboard.press("Shift+ArrowRight")  # what is drawn is made wider, and asked again
    page.keyboard.press("Enter")
    expect(near).to_have_count(0)
    expect(near).to_have_count(24, timeout=120_000)
    near.nth(5).click()  # the list stays while its patches are looked at
    expect(page).not_to_have_url(re.compile(own))
    expect(near).to_have_count(24)
    page.keyboard.press("Escape")
    expect(page.locator("#similar-wall .dm-patch")).to_have_count(24)


def test_no_group_of_the_map_sinks_into_a_dark_ground(page: Page, shipped: str) -> None:
    page.goto(f"{shipped}?atlas=icons&tab=map&__theme=dark")
    page.wait_for_selector("#map .dm-map[data-drawn]")
    expect(page.locator("#map .dm-map-legend button")).to_have_count(12)
    shades = page.locator("#map .dm-map-legend button").evaluate_all(
        "all => all.map(each => getComputedStyle(each.firstElementChild).backgroundColor)"
    )
    parts = [list(map(int, re.findall(r"\d+", shade)[:3])) for shade in shades]
    assert min(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in parts) > 80
