"""The app as its visitors use it, in a real Chromium."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.unit.app.make_atlas import picture

pytestmark = pytest.mark.browser

PLACES = """points => {
  const box = document.querySelector('#map .dm-map-plot'), f = box._fullLayout, t = box.data[0];
  const r = box.getBoundingClientRect();
  return points.map(i => [r.x + f.xaxis._offset + f.xaxis.l2p(t.x[i]),
                          r.y + f.yaxis._offset + f.yaxis.l2p(t.y[i])]);
}"""


def open_map(page: Page, address: str) -> None:
    page.goto(f"{address}?tab=map")
    page.wait_for_selector("#map .dm-map[data-drawn]")
    page.wait_for_timeout(300)


def test_the_first_screen_shows_pictures(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("#wall .dm-patch")).to_have_count(100, timeout=20_000)
    expect(page.locator("h1").first).to_have_text("Shapes by decade")
    expect(page.locator("header em")).to_contain_text("Synthetic data")
    expect(page.locator("#viewer h3")).to_have_text("No. 1 of 120, most typical of 1900")
    tile = page.locator("#wall .dm-tile").first
    expect(tile).to_have_css("background-image", re.compile(r"url\("))
    assert page.locator("#wall .dm-patch").first.get_attribute("aria-label")
    expect(page.locator("#doubts li")).to_contain_text("touch the border")
    page.locator("#doubts").evaluate("one => one.style.display = 'none'")
    top = "document.querySelector('#wall .dm-tile').getBoundingClientRect().top"
    page.wait_for_function(f"{top} < 300")  # pictures begin in the upper third


def test_another_label(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("#labels button", has_text="1920").click()
    expect(page.locator("#wall .dm-patch").first).to_have_attribute("data-id", "1920-top-0001")
    expect(page).to_have_url(re.compile("label=1920"))
    page.get_by_label("Least typical").check()
    expect(page.locator("#wall .dm-patch").first).to_have_attribute("data-id", "1920-least-0001")


def test_pages(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#wall .dm-patch")).to_have_count(20)
    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    page.get_by_role("button", name="Previous").click()
    expect(page.locator("#wall .dm-patch")).to_have_count(100)


def test_a_second_wall_beside(page: Page, address: str) -> None:
    page.goto(f"{address}?beside=1930")
    expect(page.locator("#wall-second .dm-patch")).to_have_count(100)
    page.locator("#wall-second .dm-patch").nth(1).click()
    expect(page.locator("#viewer h3")).to_contain_text("No. 2 of 120, most typical of 1930")


def test_filters_hold_for_both_walls_and_in_the_link(page: Page, address: str) -> None:
    page.goto(f"{address}?label=1910&beside=1930")
    expect(page.locator("#wall-second .dm-patch")).to_have_count(100)
    page.locator("#filters summary").click()
    page.get_by_label("Add a group").fill("g1")
    page.get_by_label("Add a group").press("Enter")
    expect(page.locator("#filters .dm-chip")).to_have_text("g1 ×")
    expect(page.locator("#left")).to_contain_text("36 of 120 patches")
    expect(page.locator("#wall-second .dm-patch")).to_have_count(36)
    page.get_by_label("Typicality from").fill("0.01")
    page.get_by_label("Typicality from").press("Enter")
    expect(page.locator("#filters .dm-said")).to_have_text("typicality from 0.01, group g1")
    expect(page).to_have_url(re.compile("min=0.01.*group=g1"))
    left = page.locator("#wall .dm-patch").count()
    assert 0 < left < 36
    page.reload()
    expect(page.locator("#filters .dm-said")).to_have_text("typicality from 0.01, group g1")
    expect(page.locator("#wall .dm-patch")).to_have_count(left)
    page.locator("#filters summary").click()
    page.get_by_label("Year from").fill("soon")
    page.get_by_label("Year from").press("Enter")
    expect(page.locator("#filters .dm-wrong")).to_have_text("Year: “soon” is not a year.")
    page.get_by_role("button", name="Clear filters").click()
    expect(page.locator("#wall .dm-patch")).to_have_count(100)


def test_a_link_with_wrong_filters_shows_everything_and_says_so(page: Page, address: str) -> None:
    page.goto(f"{address}?label=1910&group=nobody")
    expect(page.locator("#filters .dm-wrong")).to_contain_text("cannot be read")
    expect(page.locator("#wall .dm-patch")).to_have_count(100)


def test_elements_are_merged_split_and_taken_back(page: Page, address: str) -> None:
    page.goto(f"{address}?tab=elements&label=1920")
    expect(page.locator("#elements .dm-row")).to_have_count(3)
    page.get_by_role("button", name="Merge Element 3 with Element 1").click()
    expect(page.locator("#elements .dm-row")).to_have_count(2)
    expect(page.locator("#element-wall .dm-patch")).to_have_count(80)
    page.locator("#split").click()
    expect(page.locator("#elements .dm-row")).to_have_count(3)
    expect(page.locator("#left")).to_contain_text("was split: it keeps 40 patches")
    for left in (2, 3):
        page.locator("#undo").click()
        expect(page.locator("#elements .dm-row")).to_have_count(left)
    expect(page.locator("#undo")).to_be_hidden()
    page.locator("#merge").click()
    expect(page.locator("#left")).to_contain_text("Choose the element to merge with")


def test_who_comes_after_an_edit_sees_it_at_once(page: Page, address: str) -> None:
    page.goto(f"{address}?tab=elements&label=1920")
    page.get_by_role("button", name="Merge Element 3 with Element 1").click()
    expect(page.locator("#elements .dm-row")).to_have_count(2)
    page.goto(address)
    expect(page).to_have_url(re.compile("atlas="))
    page.get_by_label("Heat map", exact=True).check()
    page.get_by_label("Before finetuning").check()
    expect(page.locator("#viewer .dm-sentence")).to_contain_text("before it saw these images")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("radio", name="Against 1910")).to_be_focused()
    page.goto(f"{address}?tab=elements&label=1920")
    page.locator("#undo").click()
    expect(page.locator("#elements .dm-row")).to_have_count(3)


def test_a_patch_is_linked_to_the_wall_beside(page: Page, address: str) -> None:
    page.goto(f"{address}?label=1900&beside=1930")
    expect(page.locator("#wall-second .dm-near")).to_have_count(6)
    page.locator("#wall .dm-patch").nth(4).click()
    expect(page.locator("#left")).to_contain_text("most like No. 5, most typical of 1900")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#left")).to_contain_text("most like No. 6, most typical of 1900")
    page.keyboard.press("Tab")
    expect(page.locator("#wall-second .dm-near:focus")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#wall .dm-near")).to_have_count(6)
    expect(page.locator("#wall-second .dm-near")).to_have_count(0)


def test_elements_lead_to_map_and_trend(page: Page, address: str) -> None:
    page.goto(f"{address}?tab=elements")
    expect(page.locator("#elements .dm-row")).to_have_count(3)
    page.locator("#elements .dm-row-name").nth(1).click()
    expect(page.locator(".dm-aside:visible")).to_contain_text("Element 2, from the centre")
    page.locator("#to-trend").click()
    expect(page.locator("#share .dm-chart-plot .main-svg").first).to_be_visible()
    expect(page).to_have_url(re.compile("tab=trends.*element=1"))


def test_the_map_hover_point_and_lasso(page: Page, address: str) -> None:
    open_map(page, address)
    (x, y), *_ = page.evaluate(PLACES, [7])
    page.mouse.move(x - 30, y - 30)
    page.mouse.move(x, y)
    expect(page.locator("#map .dm-map-tip")).to_contain_text("1900, No.")
    page.mouse.click(x, y)
    expect(page.locator("#viewer h3")).not_to_contain_text("No. 1 of")
    box = page.locator("#map .dm-map-plot").bounding_box()
    assert box
    left, top = box["x"] + 8, box["y"] + 40
    right, bottom = box["x"] + box["width"] - 8, box["y"] + box["height"] - 8
    page.mouse.move(left, top)
    page.mouse.down()
    for place in ((right, top), (right, bottom), (left, bottom), (left, top)):
        page.mouse.move(*place, steps=3)
    page.mouse.up()
    expect(page.locator("#map-wall .dm-patch")).to_have_count(60)
    expect(page.locator("#left")).to_contain_text(re.compile(r"\d+ of 120 patches: 1900 100%"))


def test_the_legend_isolates_and_the_table_tells_the_same(page: Page, address: str) -> None:
    open_map(page, address)
    page.locator("#map .dm-map-legend button").first.click()
    chosen = "document.querySelector('#map .dm-map-plot').data[0].selectedpoints?.length"
    page.wait_for_function(f"{chosen} === 40")
    page.locator("#map .dm-map-legend button").first.click()
    page.wait_for_function(f"!{chosen}")
    page.get_by_role("button", name="The same as a table").click()
    page.locator("#map-table .dm-link").nth(2).click()
    expect(page.locator("#viewer h3")).to_contain_text("most typical of 1900")


def test_all_labels_on_one_map(page: Page, address: str) -> None:
    open_map(page, address)
    page.get_by_label("All labels").check()
    expect(page.locator("#map .dm-map-legend button")).to_have_count(4)
    page.wait_for_function("document.querySelector('#map .dm-map-plot').data[0].x.length === 480")


def test_stored_translations(page: Page, address: str) -> None:
    page.goto(f"{address}?tab=translate&patch=1910-top-0002")
    expect(page.locator("#strip .dm-made")).to_have_count(3)
    expect(page.locator("#strip .dm-frame")).to_have_attribute("data-id", "1910")
    page.locator("#strip .dm-patch").nth(3).click()
    expect(page.locator("#verdict")).to_contain_text("became typical of 1930")
    expect(page.locator("#slider img").first).to_be_visible()


def test_translate_live_then_cancel(page: Page, address: str) -> None:
    page.goto(f"{address}?tab=translate&patch=1920-top-0050")
    expect(page.locator("#strip .dm-blank")).to_have_count(3)
    page.get_by_label("1900", exact=True).uncheck()
    page.locator("#run").click()
    expect(page.locator("#status")).to_contain_text("Done in", timeout=90_000)
    expect(page.locator("#status")).to_contain_text("Inversion alone changes the picture by")
    expect(page.locator("#strip .dm-made")).to_have_count(2)
    expect(page.locator("#verdict")).to_contain_text("typical of")
    page.locator("#run").click()
    page.locator("#stop").click()
    expect(page.locator("#status")).to_have_text("Cancelled.", timeout=10_000)
    expect(page.locator("#run")).to_be_visible()


def test_a_translation_goes_on_through_a_reload(context: BrowserContext, address: str) -> None:
    page = context.new_page()  # in whose console gradio tells of the stream that the reload broke
    page.goto(f"{address}?tab=translate&patch=1920-top-0051")
    expect(page.locator("#strip .dm-blank")).to_have_count(3)
    page.locator("#run").click()
    expect(page.locator("#stop")).to_be_visible()
    key = page.evaluate("sessionStorage.getItem('diffmine-running-translate')")
    page.reload()
    expect(page.locator("#stop")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('diffmine-running-translate')") == key
    page.locator("#stop").click()
    expect(page.locator("#status")).to_have_text("Cancelled.")
    page.wait_for_function("!sessionStorage.getItem('diffmine-running-translate')")


@pytest.mark.slow
def test_several_and_an_inspection_go_on_through_a_reload(
    context: BrowserContext, address: str, tmp_path: Path
) -> None:
    page = context.new_page()  # as above
    path = tmp_path / "mine.png"
    Image.fromarray(picture("1910", 97)).save(path)
    page.goto(f"{address}?tab=translate&patch=1930-top-0004")
    page.get_by_text("Several patches", exact=True).click()
    page.locator("#run-several").click()
    expect(page.locator("#several-rows .dm-row").first).to_be_visible()
    page.reload()
    expect(page.locator("#stop-several")).to_be_visible()
    expect(page.locator("#several-rows .dm-row").first).to_be_visible()
    page.locator("#stop-several").click()
    expect(page.locator("#status-several")).to_have_text("Cancelled.")
    page.goto(f"{address}?tab=inspect")
    page.locator("#own-file input[type=file]").set_input_files(path)
    expect(page.locator("#own-stop")).to_be_visible()
    page.wait_for_function("sessionStorage.getItem('diffmine-running-inspect')")
    page.reload()
    expect(page.locator("#own-viewer .dm-whole")).to_be_visible()
    expect(page.locator("#own-stop")).to_be_visible()
    expect(page.locator("#own-verdict")).to_contain_text("ypical", timeout=90_000)
    page.wait_for_function("!sessionStorage.getItem('diffmine-running-inspect')")
    page.reload()  # nothing of the picture is kept
    expect(page.locator("#own-line")).to_be_visible()
    expect(page.locator("#own-viewer")).to_be_hidden()


def test_several_patches_are_translated_in_rows(page: Page, address: str) -> None:
    page.goto(f"{address}?tab=translate&patch=1930-top-0003")
    page.get_by_text("Several patches", exact=True).click()
    for label in ("1900", "1910"):
        page.locator("#targets").get_by_label(label, exact=True).uncheck()
    page.locator("#run-several").click()
    rows = page.locator("#several-rows .dm-row")
    expect(rows.nth(1)).to_be_visible(timeout=60_000)
    expect(rows.nth(1).locator(".dm-made")).to_have_count(1, timeout=90_000)
    page.locator("#stop-several").click()
    expect(page.locator("#status-several")).to_have_text("Cancelled.", timeout=10_000)
    rows.nth(1).locator(".dm-row-name").click()
    expect(page.locator("#strip .dm-made")).to_have_count(1)
    expect(rows.nth(1).locator(".dm-made")).to_have_count(1)


def test_a_dating_curve_computed_now(page: Page, address: str) -> None:
    page.goto(f"{address}?tab=trends&patch=1920-top-0050")
    page.locator("#date").click()
    drawn = page.locator("#dating .dm-chart-plot .main-svg").first
    expect(drawn).to_be_visible(timeout=90_000)


def test_a_picture_of_ones_own_is_inspected_then_cancelled(
    page: Page, address: str, tmp_path: Path
) -> None:
    path = tmp_path / "mine.png"
    Image.fromarray(picture("1910", 99)).save(path)
    page.goto(f"{address}?tab=inspect")
    expect(page.locator("#own-line")).to_contain_text(
        "stays on this machine; nothing of it is kept."
    )
    zone = page.locator("#own-file input[type=file]")
    zone.set_input_files(path)
    expect(page.locator("#own-verdict")).to_contain_text(
        re.compile("Most typical of|Not clearly typical|Typical of no label"), timeout=90_000
    )
    expect(page.locator("#own-csv")).to_be_visible()
    expect(page.locator("#own-handed")).to_be_hidden()
    expect(page.locator("#own-chart .dm-chart-plot .main-svg").first).to_be_visible()
    expect(page.locator("#own-viewer .dm-heat")).to_be_visible()
    expect(page.locator("#own-viewer .dm-box")).to_be_visible()
    page.locator("#labels button", has_text="1930").click()
    expect(page.locator("#own-viewer h3")).to_contain_text("window for 1930")
    page.locator("#own-viewer").get_by_label("Heat map", exact=True).uncheck()
    expect(page.locator("#own-viewer .dm-heat")).to_be_hidden()
    zone.set_input_files(path)
    page.locator("#own-stop").click()
    expect(page.locator("#own-status")).to_have_text("Cancelled.", timeout=30_000)
    page.locator("#own-run").click()
    expect(page.locator("#own-verdict")).to_contain_text("ypical", timeout=90_000)
    page.locator("#own-clear").click()
    expect(page.locator("#own-viewer")).to_be_hidden()


def test_what_is_no_picture_is_said_in_a_sentence(page: Page, address: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.png"
    path.write_bytes(b"no picture")
    page.goto(f"{address}?tab=inspect")
    page.locator("#own-file input[type=file]").set_input_files(path)
    expect(page.get_by_text("This file is not a picture that can be read.")).to_be_visible()
    expect(page.locator("#own-stop")).to_be_hidden()


def test_a_link_restores_tab_label_and_patch(page: Page, address: str) -> None:
    page.goto(f"{address}?label=1930&tab=elements&patch=1910-least-0003&element=2")
    expect(page.get_by_role("tab", name="Elements")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#labels .dm-current")).to_have_text("1930")
    expect(page.locator("#viewer h3")).to_have_text("No. 3 of 30, least typical of 1910")
    expect(page.locator("#elements .dm-open")).to_contain_text("Element 3")


def test_a_link_is_all_that_a_page_asks_for_when_it_opens(page: Page, address: str) -> None:
    """Not the first tab as well: its answer could come before the link was read."""
    asked: list[str] = []
    page.on("request", lambda request: "/run/predict" in request.url and asked.append(request.url))
    page.goto(f"{address}?tab=elements")
    expect(page.locator("#elements .dm-row")).to_have_count(3)
    page.wait_for_timeout(500)
    assert len(asked) == 1


def test_keys_turn_tabs_and_help_opens(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("#wall .dm-patch").first.wait_for()
    names = ["Typical", "Elements", "Map", "Table", "Translate", "Trends", "Inspect", "About"]
    for key, name in enumerate(names, start=1):
        page.keyboard.press(str(key))
        tab = page.get_by_role("tab", name=name, exact=True)
        expect(tab).to_have_attribute("aria-selected", "true")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_no_text_of_an_atlas_runs(page: Page, address: str) -> None:
    page.goto(f"{address}?atlas=nasty")
    expect(page.locator("#labels button")).to_have_count(4)
    for at in range(4):
        page.locator("#labels button").nth(at).click()
        page.wait_for_timeout(150)
    for tab in ("elements", "map", "translate", "trends", "inspect", "about"):
        page.goto(f"{address}?atlas=nasty&tab={tab}")
        page.locator("#labels button").nth(1).click()
        page.wait_for_timeout(700)
    assert page.evaluate("window.hit") is None


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_a_phone_needs_no_sideways_scroll(page: Page, address: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 390, "height": 844})
    for tab in ("typical", "elements", "map", "translate", "trends", "inspect", "about"):
        page.goto(f"{address}?tab={tab}")
        expect(page.locator("#viewer h3")).to_be_visible()
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= 391


def test_a_first_visit_is_led_through_three_steps_once(page: Page, address: str) -> None:
    page.goto(address)
    steps = page.locator("#first-steps .dm-first")
    expect(steps).to_contain_text("1 / 3")
    expect(page.locator(".dm-pointed#labels")).to_have_count(1)
    page.locator("#labels button").nth(1).click()
    expect(steps).to_contain_text("2 / 3")
    page.locator("#wall .dm-patch").nth(1).click()
    expect(steps).to_contain_text("3 / 3")
    page.get_by_role("tab", name="Map", exact=True).click()
    expect(steps).to_be_hidden()
    page.reload()
    expect(page.locator("#viewer h3")).to_be_visible()
    expect(steps).to_be_hidden()
    page.locator(".dm-help").click()
    page.get_by_role("button", name="Show the first steps").click()
    expect(steps).to_contain_text("1 / 3")
    steps.get_by_role("button", name="Skip").click()
    expect(steps).to_be_hidden()


def test_a_row_of_the_table_opens_and_filters_hold_over_the_tabs(page: Page, address: str) -> None:
    page.goto(f"{address}?tab=table&label=1910")
    rows = page.locator("#records tbody tr")
    expect(rows).to_have_count(10)
    page.locator("#records th[data-key=date] button").click()
    expect(page.locator("#records th[data-key=date]")).to_have_attribute("aria-sort", "ascending")
    expect(page).to_have_url(re.compile("sort=date"))
    page.get_by_label("Find in the table").fill("museum")
    page.get_by_label("Find in the table").press("Enter")
    expect(rows).to_have_count(1)
    rows.first.locator("th").click()
    expect(page.locator("#inspector")).to_contain_text("The Museum")
    page.goto(f"{address}?tab=table&label=1910")
    page.locator("#filters summary").click()
    page.locator("#filters [name=until]").fill("1903")
    page.locator("#filters [name=until]").press("Enter")
    expect(rows).to_have_count(4)
    page.get_by_role("tab", name="Map", exact=True).click()
    expect(page).to_have_url(re.compile("tab=map.*until=1903"))
    expect(page.locator("#filters .dm-said")).to_have_text("years to 1903")
    page.get_by_role("tab", name="About", exact=True).click()
    expect(page.locator("#filters .dm-filters")).to_be_hidden()
