"""A map of very many points, which the page paints itself; here 480 count as very many."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.helpers import SERVE, serving
from tests.unit.app.make_atlas import make_atlas

pytestmark = pytest.mark.browser

FEW = "import diffmine.app.components.map.map as points\npoints.MANY = 200\n"
# How many pixels are shown in full, and faintly; and where one of the former lies on the screen.
PAINTED = """() => {
  const canvas = document.querySelector('#map .dm-map-many'), area = canvas.getBoundingClientRect();
  if (canvas.hidden || !canvas.width) return [0, 0];
  const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const found = [0, 0];
  let place = [];
  for (let at = 3; at < data.length; at += 4) {
    if (data[at] > 60) {
      const row = Math.floor(at / 4 / canvas.width), col = (at >> 2) % canvas.width;
      const here = row > 40 && row < canvas.height - 40 && col > 40 && col < canvas.width - 40;
      if (!place.length && here) place = [area.x + col + 1, area.y + row + 1];
      found[0]++;
    } else if (data[at]) found[1]++;
  }
  return [...found, ...place];
}"""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app where 480 points are very many."""
    folder = tmp_path_factory.mktemp("many") / "shapes"
    make_atlas(folder)
    with serving(Path(folder), code=FEW + SERVE) as (address, _):
        yield address


@pytest.mark.slow
def test_very_many_points_are_painted_pressed_and_dimmed(page: Page, many: str) -> None:
    page.goto(f"{many}?tab=map")
    page.wait_for_selector("#map .dm-map[data-drawn]")
    assert page.evaluate(PAINTED)[0] == 0, "120 points are Plotly's"
    page.get_by_label("All labels").check()
    expect(page.locator("#map .dm-map-legend button")).to_have_count(4)
    page.wait_for_function(f"({PAINTED})()[0] > 1000")
    full, faint, left, top = page.evaluate(PAINTED)
    assert not faint
    page.mouse.move(left - 30, top - 30)
    page.mouse.move(left, top)
    expect(page.locator("#map .dm-map-tip")).to_contain_text("No.")
    title = page.locator("#viewer h3").inner_text()
    page.mouse.click(left, top)
    expect(page.locator("#viewer h3")).not_to_have_text(title)
    page.locator("#map .dm-map-legend button").first.click()
    page.wait_for_function(f"({PAINTED})()[1] > 0")
    assert page.evaluate(PAINTED)[0] < full / 2
    page.locator("#map .dm-map-legend button").first.click()
    page.wait_for_function(f"({PAINTED})()[1] === 0")
    page.mouse.move(left, top)
    page.mouse.wheel(0, -400)
    page.wait_for_function(f"({PAINTED})()[0] !== {full}")
    page.get_by_label("This label").check()
    page.wait_for_function(f"({PAINTED})()[0] === 0")
