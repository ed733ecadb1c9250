"""Every tab over an atlas of 400 labels with names of up to 100 letters: texts of charts do not lie
on each other, nothing reaches over the page, and no list of all labels opens by itself."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.helpers import served
from tests.unit.app.make_many import MANY, make_many

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TABS = {
    "typical": "#wall .dm-patch",
    "elements": "#elements .dm-row",
    "map&scope=all": "#map .dm-map[data-drawn]",
    "table": "#tab-table .dm-records tbody tr, #tab-table table tbody tr",
    "translate": "#strip .dm-made",
    "trends": "#dating .dm-list-row",
    "trends&element=1": "#share .dm-list-row",
    "inspect": "#own-line",
    "evaluate": "#evaluation-area .dm-list-row",
    "about": "#tab-about",
}
# Pairs of texts of one chart that lie on each other by more than two pixels.
CROSSED = """() => [...document.querySelectorAll('.dm-chart-plot')].flatMap(plot => {
  if (!plot.checkVisibility()) return [];
  const boxes = [...plot.querySelectorAll('svg text')]
    .map(node => [node.textContent, node.getBoundingClientRect()])
    .filter(([text, box]) => text.trim() && box.width && box.height);
  const cross = (one, other) =>
    Math.min(one.right, other.right) - Math.max(one.left, other.left) > 2
    && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 2;
  return boxes.flatMap(([text, one], at) => boxes.slice(at + 1)
    .filter(([, other]) => cross(one, other)).map(([other]) => `${text} | ${other}`));
})"""
# What is seen and ends right of its page, in no box that is scrolled or cuts.
OVER = """() => {
  const ends = node => node.getBoundingClientRect().right <= innerWidth + 1;
  const cut = node => getComputedStyle(node).overflowX !== 'visible' && ends(node);
  const parents = node => node ? [node, ...parents(node.parentElement)] : [];
  return [...document.querySelectorAll('#left *, #inspector *, #top *, #labels *')]
    .filter(node => node.checkVisibility() && !node.closest('svg, dialog') && !ends(node))
    .filter(node => !parents(node.parentElement).some(cut))
    .map(node => `${node.tagName}.${node.className} ${node.textContent.slice(0, 40)}`).slice(0, 5);
}"""
# Rows whose words lie on their pictures.
BESIDE = """() => {
  const cross = (one, other) =>
    Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1
    && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1;
  return [...document.querySelectorAll('.dm-row')].filter(row => row.checkVisibility())
    .filter(({children: [words, tiles]}) => [words, ...words.querySelectorAll('*')]
      .some(node => cross(node.getBoundingClientRect(), tiles.getBoundingClientRect()))).length;
}"""


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over the atlas."""
    root = tmp_path_factory.mktemp("crowded")
    make_many(root / "many")
    with served(root / "many") as address:
        yield address


SIZES = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def look(page: Page, tab: str) -> None:
    """Look at an open tab, on a desk and on a phone."""
    for size in SIZES:
        page.set_viewport_size(size)
        page.wait_for_function(
            "[...document.querySelectorAll('.dm-chart:not(.dm-none) .dm-chart-plot')]"
            ".every(plot => !plot.checkVisibility() || plot.querySelector('.main-svg'))"
        )
        page.wait_for_timeout(500)  # until names have found their places
        wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], (tab, size)
        assert page.evaluate(CROSSED) == [], (tab, size)
        assert page.evaluate(OVER) == [], (tab, size)
        assert page.evaluate(BESIDE) == 0, (tab, size)
    page.set_viewport_size(SIZES[0])


def test_nothing_lies_on_anything_or_beside_the_page(page: Page, crowded: str) -> None:
    for tab, there in TABS.items():
        page.goto(f"{crowded}?tab={tab}")
        expect(page.locator(there).first).to_be_attached()
        look(page, tab)
        if tab == "translate":
            boxes = page.locator("#tab-translate, #targets").locator("input[type=checkbox]")
            assert boxes.count() < MANY
            expect(page.locator("#targets-of-many .token")).to_have_count(12)
            page.locator("#targets-of-many input").fill("Label395")
            page.get_by_role("option", name="Label395").click()
            last = page.locator("#strip .dm-patch[data-id=Label395]")
            expect(last).to_be_visible()
        if tab == "trends":
            names = page.locator("#dating")
            names.get_by_role("searchbox").fill("label395")
            expect(names.locator(".dm-list-row:visible")).to_have_count(1)
