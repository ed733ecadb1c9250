"""A link leads to its own atlas and shows no other on the way."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

# The first of the labels that a visitor can see, noted frame by frame.
WATCH = """
window.seen = [];
const note = () => {
  const label = document.querySelector('#labels button');
  const text = label?.firstChild.textContent;
  if (label?.checkVisibility({visibilityProperty: true}) && seen.at(-1) !== text) seen.push(text);
  requestAnimationFrame(note);
};
note();
"""


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("?atlas=nasty", "<img src=x onerror=window.hit=1>"),
        ("?atlas=shapes&label=1920", "1900"),
        ("?atlas=shapes", "1900"),
        ("", "1900"),
    ],
)
def test_only_the_atlas_of_the_link_is_seen(
    page: Page, address: str, query: str, first: str
) -> None:
    page.add_init_script(WATCH)
    page.goto(address + query)
    expect(page.locator("#wall .dm-patch").first).to_be_visible()
    page.wait_for_timeout(500)
    assert page.evaluate("seen") == [first]


def test_a_content_state_opens_the_patch_of_its_region(page: Page, address: str) -> None:
    """As a viewer of IIIF hands it on; the address then is a link of the app's own."""
    canvas = "https%3A%2F%2Fexample.org%2Fcanvas%2F"
    page.goto(f"{address}?iiif-content={canvas}1920")
    expect(page).to_have_url(re.compile(r"\?atlas=shapes&label=1920&.*patch=1920-top"))
    expect(page.locator("#viewer h3")).to_contain_text("most typical of 1920")
    page.goto(f"{address}?iiif-content={canvas}none")
    expect(page.locator("#past")).to_contain_text("in no atlas here")
