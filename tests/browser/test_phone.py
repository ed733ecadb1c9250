"""A phone: what is open is seen, what is said is not cut, and an empty place says why it is one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = pytest.mark.browser

INSIDE = """([inner, outer]) => {
  const own = document.querySelector(inner).getBoundingClientRect();
  const room = document.querySelector(outer).getBoundingClientRect();
  return own.width > 0 && own.left >= room.left - 1 && own.right <= room.right + 1;
}"""
"""Whether one thing lies within the width of another."""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    phone = browser.new_context(viewport={"width": 390, "height": 844})
    yield phone
    phone.close()


@pytest.mark.parametrize("tab", ["trends", "about"])
def test_the_tab_of_a_link_is_seen_among_the_tabs(page: Page, address: str, tab: str) -> None:
    page.goto(f"{address}?tab={tab}")
    page.wait_for_selector(f"#tab-{tab}-button[aria-selected=true]")
    page.wait_for_function(
        f"({INSIDE})(['#tab-{tab}-button', '#tabs [role=tablist]'])", timeout=20_000
    )


def test_what_a_wide_table_is_about_is_not_cut(page: Page, address: str) -> None:
    page.goto(f"{address}?tab=table")
    page.wait_for_selector(".dm-records .dm-subject")
    assert page.evaluate(INSIDE, [".dm-records .dm-subject", ".dm-records"])
    wide = page.evaluate(
        "(e => e.scrollWidth > e.clientWidth)(document.querySelector('.dm-records'))"
    )
    assert wide, "the table itself is moved sideways"


def test_a_patch_that_was_not_translated_says_so(page: Page, address: str) -> None:
    page.goto(f"{address}?patch=1910-top-0060&tab=translate")
    expect(page.locator("#strip .dm-blank .dm-none").first).to_have_text("not made yet")
    expect(page.locator("#verdict")).to_contain_text("holds no translation of this patch")
    expect(page.locator("#strip-windows button")).to_have_count(0)


def test_what_is_chosen_does_not_lie_under_its_arrow(page: Page, address: str) -> None:
    page.goto(f"{address}?tab=trends")
    field = page.get_by_label("Trend of")
    field.wait_for()
    ends = field.evaluate(
        """own => {
          const room = own.getBoundingClientRect();
          const pen = document.createElement('canvas').getContext('2d');
          pen.font = getComputedStyle(own).font;
          const arrow = own.parentElement.querySelector('.icon-wrap').getBoundingClientRect();
          return [room.left + pen.measureText(own.value).width, arrow.left];
        }"""
    )
    assert ends[0] <= ends[1]


def test_a_name_is_broken_between_its_parts_and_a_number_never(page: Page, address: str) -> None:
    page.goto(f"{address}?tab=table")
    row = page.locator(".dm-records tbody tr").first
    row.wait_for()
    broken = row.locator("th, td").evaluate_all(
        "all => all.filter(each => each.querySelector('wbr')).map(each => each.textContent)"
    )
    assert broken
    assert all("/" in text for text in broken)
