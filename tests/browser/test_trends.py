"""The charts of the tab Trends, in a real Chromium."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_a_small_chart_opens_its_element(page: Page, address: str) -> None:
    page.goto(f"{address}?tab=trends")
    expect(page.locator("#multiples .annotation")).to_have_count(3)
    point = page.locator("#multiples .x2y2 .point").first
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile("element=1"))
    expect(page.locator("#multiples .dm-chart-plot")).to_be_hidden()
    expect(page.locator("#share .dm-chart-title")).to_contain_text("Share of images")


def test_a_label_on_the_plane_shows_its_patches(page: Page, address: str) -> None:
    page.goto(f"{address}?tab=trends")
    expect(page.locator("#share .dm-chart-title")).to_contain_text("lie together")
    box = page.locator("#share .point").nth(2).bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#trend-wall .dm-patch")).to_have_count(24)


def test_labels_that_look_like_markup_are_text(page: Page, address: str) -> None:
    page.goto(f"{address}?atlas=nasty&tab=trends")
    expect(page.locator("#share .point")).to_have_count(4)
    expect(page.locator("#multiples .annotation")).to_have_count(3)
    assert page.evaluate("window.hit") is None
    assert not page.locator("#share img").count()
