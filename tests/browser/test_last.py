"""Of two choices made one right after the other, the last one is what the page shows."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser

ASKED = "**/gradio_api/run/**"


def _while_waiting(page: Page, first: Callable[[], None], second: Callable[[], None]) -> None:
    """Do two things, the second while the answer to the first is still to come."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route(ASKED, hold)
    with page.expect_request(ASKED):
        first()
    second()
    page.wait_for_timeout(100)
    page.unroute(ASKED)  # what was held back goes on
    assert waiting


def test_the_last_of_two_patches_is_selected(page: Page, address: str) -> None:
    page.goto(f"{address}?label=1910")
    patches = page.locator("#wall .dm-patch")
    expect(page.locator("#left")).to_contain_text("1910: patches 1–100")  # the link was followed
    expect(patches).to_have_count(100)
    _while_waiting(page, patches.nth(3).click, patches.nth(7).click)
    expect(page.locator("#inspector")).to_contain_text("No. 8 of 120, most typical of 1910")
    expect(page.locator("#wall .dm-selected")).to_have_count(1)
    expect(patches.nth(7)).to_have_class("dm-patch dm-selected")


def test_the_last_of_two_labels_is_open(page: Page, address: str) -> None:
    page.goto(f"{address}?label=1910")
    expect(page.locator("#left")).to_contain_text("1910: patches 1–100")
    labels = page.locator("#labels button")
    _while_waiting(page, labels.nth(2).click, labels.nth(3).click)
    expect(page.locator("#left")).to_contain_text("1930: patches 1–100")
    expect(page).to_have_url(re.compile("label=1930"))


def test_the_last_of_two_tabs_is_filled(page: Page, address: str) -> None:
    page.goto(f"{address}?label=1910")
    tabs = [page.get_by_role("tab", name=name, exact=True) for name in ("Map", "Elements")]
    for tab in tabs:
        tab.click()
    expect(page.locator("#elements .dm-row")).to_have_count(3)
    expect(page).to_have_url(re.compile("tab=elements"))
