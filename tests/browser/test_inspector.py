"""The inspector and the basket in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

# How far the heat map lies from the image that it is drawn on, in pixels of the screen.
OFF = """node => {
  const [heat, image] = ['.dm-heat', 'img'].map(e => node.querySelector(e).getBoundingClientRect());
  return Math.abs(heat.width - image.width) + Math.abs(heat.x - image.x);
}"""


def test_a_patch_in_the_inspector_by_mouse_and_keys(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("#wall .dm-patch").nth(4).click()
    expect(page.locator("#viewer h3")).to_contain_text("No. 5 of")
    expect(page.locator("#viewer .dm-heat")).to_be_hidden()
    expect(page.locator("#viewer .dm-facts")).to_contain_text("A. Maker")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#viewer h3")).to_contain_text("No. 6 of")
    expect(page.locator("#wall .dm-selected")).to_have_attribute("data-id", "1900-top-0006")


def test_another_map_is_chosen_by_mouse_and_keys(page: Page, address: str) -> None:
    page.goto(f"{address}?patch=1900-top-0001")
    page.get_by_label("Heat map", exact=True).check()
    heat, sentence = page.locator("#viewer .dm-heat"), page.locator("#viewer .dm-sentence")
    against = page.get_by_role("radio", name="Against 1910")
    first = heat.get_attribute("data-src")
    assert first
    page.get_by_label("Before finetuning").check()
    expect(heat).not_to_have_attribute("data-src", first)
    expect(sentence).to_contain_text("before it saw these images")
    expect(page).to_have_url(re.compile("score=base"))
    page.keyboard.press("ArrowUp")
    expect(against).to_be_checked()
    expect(against).to_be_focused()
    expect(sentence).to_contain_text("than when it is told 1910")
    expect(page.locator("#viewer .dm-unit")).to_contain_text("Against 1910, the same scale")
    page.locator("#wall .dm-patch").nth(4).click()
    expect(page.locator("#viewer h3")).to_contain_text("No. 5 of")
    expect(against).to_be_checked()
    page.reload()
    expect(page.locator("#viewer h3")).to_contain_text("No. 5 of")
    page.get_by_label("Heat map", exact=True).check()
    expect(against).to_be_checked()


def test_zoom_outlives_the_heat_map_and_a_double_click_ends_it(page: Page, address: str) -> None:
    page.goto(f"{address}?patch=1900-top-0001")
    frame, layer = page.locator("#viewer .dm-whole"), page.locator("#viewer .dm-layer")
    frame.hover()
    page.mouse.wheel(0, -400)
    expect(frame).to_have_attribute("data-zoom", "2.72")
    zoomed = layer.evaluate("node => node.style.transform")
    page.get_by_label("Heat map", exact=True).check()
    page.get_by_label("Before finetuning").check()
    assert layer.evaluate("node => node.style.transform") == zoomed
    assert frame.evaluate(OFF) < 1
    frame.hover()
    page.mouse.down()
    page.mouse.move(0, 0, steps=4)
    page.mouse.up()
    assert layer.evaluate("node => node.style.transform") != zoomed
    frame.dblclick()
    expect(frame).to_have_attribute("data-zoom", "1.00")
    for key, zoom in (("+", "1.50"), ("+", "2.25"), ("-", "1.50"), ("0", "1.00")):
        page.keyboard.press(key)
        expect(frame).to_have_attribute("data-zoom", zoom)


def test_opacity_and_threshold_ask_nobody(page: Page, address: str) -> None:
    page.goto(f"{address}?patch=1900-top-0001")
    page.get_by_label("Heat map", exact=True).check()
    heat = page.locator("#viewer .dm-heat[data-share]")
    heat.wait_for()
    page.wait_for_timeout(500)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    shares = []
    for least in ("0", "30", "60", "100"):
        page.get_by_label("Threshold of the heat map").fill(least)
        shares.append(float(heat.get_attribute("data-share") or "nan"))
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.5
    assert shares[-1] < 0.1
    page.get_by_label("Opacity of the heat map").fill("20")
    assert heat.evaluate("node => node.style.opacity") == "0.2"
    assert not asked


def test_similar_patches_and_the_basket(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("#wall .dm-patch").first.wait_for()
    page.locator("#similar").click()
    expect(page.locator("#similar-wall .dm-patch")).to_have_count(24)
    page.locator("#add").click()
    page.get_by_role("button", name="Basket (1)").click()
    expect(page.locator("#basket-wall .dm-patch")).to_have_count(1)
    page.get_by_label("Note on the selected patch").fill("=round")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("#basket-wall .dm-caption")).to_have_text("1900 ✎")
    assert b"'=round" in _downloaded(page, "#basket-csv")


def test_a_note_goes_with_its_patch(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("#add").click()
    page.get_by_role("button", name="Basket (1)").click()
    note = page.get_by_label("Note on the selected patch")
    note.fill("of the first")
    page.locator("#wall .dm-patch").nth(1).click()
    expect(page.locator("#viewer h3")).to_contain_text("No. 2 of")
    expect(note).to_have_value("")
    expect(page.locator("#basket-wall .dm-caption")).to_have_text("1900 ✎")
    page.locator("#wall .dm-patch").first.click()
    expect(note).to_have_value("of the first")


def test_a_citation_is_copied(page: Page, address: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{address}?patch=1920-top-0004")
    expect(page.locator("#viewer h3")).to_contain_text("No. 4 of 120")
    page.locator("#cite").click()
    expect(page.locator(".toast-wrap")).to_contain_text("in the clipboard")
    said = page.evaluate("navigator.clipboard.readText()")
    assert said.startswith("Shapes by decade. Image 1920/04.png. A. Maker. CC0-1.0. https://")


def _downloaded(page: Page, button: str) -> bytes:
    """What a button makes and hands out."""
    with page.expect_download() as download:
        page.locator(button).click()
    return download.value.path().read_bytes()
