"""The charts of the tab Trends, in a real Chromium."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.helpers import served
from tests.unit.app.make_atlas import make_atlas

pytestmark = pytest.mark.browser
THREE = 3
"""Texts of a small chart: its name, and the labels at both ends of its axis."""


def test_a_small_chart_opens_its_element(page: Page, address: str) -> None:
    page.goto(f"{address}?tab=trends")
    expect(page.locator("#multiples .annotation")).to_have_count(3 * THREE)
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
    expect(page.locator("#multiples .annotation")).to_have_count(3 * THREE)
    assert page.evaluate("window.hit") is None
    assert not page.locator("#share img").count()


def test_elements_by_year_are_walked_by_the_keyboard_and_taken_away(
    page: Page, address: str
) -> None:
    page.goto(f"{address}?tab=trends&label=1910&element=1")
    chart = page.locator("#years .dm-chart-plot")
    expect(chart.locator(".point")).to_have_count(10)
    chart.focus()
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#years .dm-chart-note")).to_contain_text("1901")
    expect(page.locator("#trend-wall .dm-caption").first).to_have_text("1901")
    page.get_by_label("Years in one point").click()
    page.get_by_role("option", name="5 years").click()
    expect(chart.locator(".point")).to_have_count(2)
    expect(page).to_have_url(re.compile("bin=5"))
    page.get_by_label("Beside it, of", exact=True).click()
    page.get_by_role("option", name="1930").click()
    expect(page.locator("#years .legendtext")).to_have_text(
        ["Element 2 (1910)", "Element 1 (1930)"]
    )
    with page.expect_download() as told:
        page.locator("#years").get_by_title("This chart as CSV").click()
    lines = told.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 1 + 2 * 2
    with page.expect_download() as told:
        page.locator("#years").get_by_title("This chart as SVG").click()
    assert "1900-1904" in told.value.path().read_text()
    page.locator("#ends .dm-patch").first.click()
    expect(page.locator("#inspector")).to_contain_text("1910")
    page.go_back()
    page.go_back()
    expect(page.locator("#years .legendtext")).to_have_count(0)


def test_names_of_four_periods_all_stand_below_their_chart(page: Page, tmp_path: Path) -> None:
    periods = ["Avant la Révolution", "Empire et après", "Belle Époque", "moderne"]
    make_atlas(tmp_path / "eras", labels=periods)
    with served(tmp_path / "eras") as address:
        page.goto(f"{address}?tab=trends&element=1")
        ticks = page.locator("#share .xtick text")
        expect(ticks).to_have_text(periods)
        boxes = [box for tick in ticks.all() if (box := tick.bounding_box())]
        for one, other in pairwise(boxes):
            assert one["x"] + one["width"] < other["x"]
