"""Every tab over an atlas of 400 labels with names of up to 100 letters: texts of charts do not lie on
each other, nothing reaches over the page, and no list of all labels opens by itself."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

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
  const boxes = [...plot.querySelectorAll('svg text')].map(node => [node.textContent, node.getBoundingClientRect()])
    .filter(([text, box]) => text.trim() && box.width && box.height);
  return boxes.flatMap(([text, one], at) => boxes.slice(at + 1).filter(([, other]) =>
    Math.min(one.right, other.right) - Math.max(one.left, other.left) > 2
    && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 2).map(([other]) => `${text} | ${other}`));
})"""
# What is seen and ends right of its page, in no box that is scrolled or cuts.
OVER = """() => [...document.querySelectorAll('#left *, #inspector *, #top *, #labels *')].filter(node => {
  if (!node.checkVisibility() || node.closest('svg, dialog')) return false;
  const right = node.getBoundingClientRect().right;
  if (right <= innerWidth + 1) return false;
  for (let up = node.parentElement; up; up = up.parentElement) {
    if (getComputedStyle(up).overflowX !== 'visible' && up.getBoundingClientRect().right <= innerWidth + 1) return false;
  }
  return true;
}).map(node => `${node.tagName}.${node.className} ${node.textContent.slice(0, 40)}`).slice(0, 5)"""
# Texts of pictures' rows, in the list of names and in the inspector that lie on what stands beside them.
BESIDE = """() => [...document.querySelectorAll('.dm-row')].filter(row => row.checkVisibility()).filter(row => {
  const [words, tiles] = row.children, one = words.getBoundingClientRect(), other = tiles.getBoundingClientRect();
  return [...words.querySelectorAll('*')].some(node => node.getBoundingClientRect().right > one.right + 1)
    || one.right > other.left + 1 && one.bottom > other.top + 1 && one.top < other.bottom - 1;
}).length"""


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over the atlas."""
    root = tmp_path_factory.mktemp("crowded")
    make_many(root / "many")
    with served(root / "many") as address:
        yield address


def walk(page: Page, address: str) -> None:
    """Open every tab and look at it."""
    for tab, there in TABS.items():
        page.goto(f"{address}?tab={tab}")
        expect(page.locator(there).first).to_be_attached()
        page.wait_for_function(
            "[...document.querySelectorAll('.dm-chart:not(.dm-none) .dm-chart-plot')]"
            ".every(plot => !plot.checkVisibility() || plot.querySelector('.main-svg'))"
        )
        page.wait_for_timeout(300)  # until names have found their places
        wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], tab
        assert page.evaluate(CROSSED) == [], tab
        assert page.evaluate(OVER) == [], tab
        assert page.evaluate(BESIDE) == 0, tab


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_nothing_lies_on_anything_or_beside_the_page(
    browser: Browser, crowded: str, size: tuple[int, int]
) -> None:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    walk(page, crowded)
    page.goto(f"{crowded}?tab=translate")
    expect(page.locator("#targets-of-many .token")).to_have_count(12)
    assert page.locator("#tab-translate, #targets").locator("input[type=checkbox]").count() < MANY
    page.locator("#targets-of-many input").fill("Label399")
    page.get_by_role("option", name="Label399").click()
    expect(page.locator("#strip .dm-patch").last).to_have_attribute("data-id", "Label399")
    page.goto(f"{crowded}?tab=trends")
    names = page.locator("#dating")
    names.get_by_role("searchbox").fill("label399")
    expect(names.locator(".dm-list-row:visible")).to_have_count(1)
    context.close()
    assert not wrong
