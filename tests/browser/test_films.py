"""The full screen of films in a real browser: numbers, windows, what lies on them, two of them."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, TimeoutError, expect

from diffmine.app.page import embedded
from diffmine.folders import VARIABLE
from tests.helpers import served
from tests.unit.app.make_atlas import make_atlas
from tests.unit.app.make_films import BRIGHT, HIGH, LABELS, SIDE, WIDE, make_films, numbers
from tests.unit.data.readers.dicom.files import write

pytestmark = pytest.mark.browser
NO_WEBGL = """
const own = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind === 'webgl2' ? null : own.call(this, kind, ...more);
};
"""


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over drawn films that lie where they were collected, and over shapes."""
    from diffmine.model.tiny import make_random

    folder = tmp_path_factory.mktemp("films")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(folder / "user"))
        assert os.environ[VARIABLE]
        make_random(folder / "model", tuple(LABELS), SIDE)
        shapes = make_atlas(folder / "shapes")
        films = make_films(folder, model="../model")
        with served(films.path, shapes.path) as address:
            yield address


@pytest.fixture(scope="module")
def chest() -> Iterator[str]:
    """The app over the drawn chest films that come with a checkout."""
    with served(next(path for path in embedded() if path.name == "chest")) as address:
        yield address


AT_THE_GATE = (
    "test_findings_are_seen_once_research_use_is_accepted",
    "test_a_clinician_goes_from_the_atlas_to_results_in_few_clicks",
)
ACCEPT = "I use it for research only"


@pytest.fixture(autouse=True)
def accepted(request: pytest.FixtureRequest, context: BrowserContext) -> None:
    """Films are for research alone: that was accepted in this session, but where a test does it."""
    if request.node.name not in AT_THE_GATE:
        # Of about:blank there is no storage.
        context.add_init_script(
            "try { sessionStorage.setItem('diffmine-research-use', 'yes') } catch {}"
        )


def opened(page: Page, address: str) -> Locator:
    """The first film of the full screen, opened by the key, its file's numbers there."""
    page.goto(address)
    page.locator("#wall .dm-patch").first.wait_for()
    page.keyboard.press("f")  # as early as can be: the linked patch may come after it
    wanted = re.compile(f"{address[-6:-4]}.dcm.*from its file, 12 bits")
    expect(page.locator(".dm-about").first).to_have_text(wanted)
    expect(page.locator(".dm-pane.dm-loading")).to_have_count(0)
    return page.locator(".dm-pane").first


def grey_at(pane: Locator, row: float, col: float) -> int:
    """What is painted of a spot of a film that fits its pane, 0 to 255."""
    canvas = pane.locator(".dm-film")
    picture = np.asarray(Image.open(io.BytesIO(canvas.screenshot())).convert("RGB"))
    high, wide = picture.shape[:2]
    scale = min(wide / WIDE, high / HIGH)
    y, x = high / 2 + (row - HIGH / 2) * scale, wide / 2 + (col - WIDE / 2) * scale
    pixel = picture[int(y), int(x)]
    assert np.ptp(pixel) == 0
    return int(pixel[0])


def linear(value: float, centre: float, width: float) -> int:
    """PS3.3 C.11.2.1.2.1."""
    share = (value - (centre - 0.5)) / (width - 1) + 0.5
    return round(255 * min(max(share, 0), 1))


@pytest.mark.parametrize("painter", ["webgl", "flat"])
@pytest.mark.parametrize("patch", ["m0-top", "m1-top"])
def test_a_film_has_the_greys_of_its_numbers(
    context: BrowserContext, page: Page, films: str, painter: str, patch: str
) -> None:
    if painter == "flat":
        context.add_init_script(NO_WEBGL)
    pane = opened(page, f"{films}?patch={patch}")
    expect(pane.locator(".dm-film")).to_have_attribute("data-painter", painter)
    page.keyboard.press("b")  # without what lies on it
    page.keyboard.press("p")
    row, col = (side + 32 for side in BRIGHT)
    inverse = patch == "m1-top"
    stored = float(numbers(int(inverse), inverse=inverse)[row, col])
    turned = 255 if inverse else 0
    assert abs(grey_at(pane, row, col) - abs(turned - linear(stored, 2000, 4000))) <= 1
    page.get_by_label("Window and level").select_option("window 2 of the file")
    assert abs(grey_at(pane, row, col) - abs(turned - linear(stored, 1000, 500))) <= 1
    page.get_by_label("Invert").check()
    assert abs(grey_at(pane, row, col) - abs(255 - turned - linear(stored, 1000, 500))) <= 1


def test_a_number_of_12_bits_is_read_under_the_pointer(page: Page, films: str) -> None:
    pane = opened(page, f"{films}?patch=m0-top")
    place = pane.bounding_box()
    assert place
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    expect(pane.locator(".dm-under")).to_contain_text("row 256, column 320: ")
    told = pane.locator(".dm-under").inner_text()
    assert int(told.rpartition(" ")[2]) == numbers(0)[256, 320] > 255


def test_a_drag_sets_the_window_and_numbers_do_too(page: Page, films: str) -> None:
    pane = opened(page, f"{films}?patch=m0-top")
    expect(pane.locator(".dm-shown")).to_contain_text("level 2000, width 4000")
    pane.hover()
    page.mouse.down()
    page.mouse.move(100, 100, steps=3)
    page.mouse.up()
    expect(pane.locator(".dm-shown")).not_to_contain_text("width 4000")
    expect(page.get_by_label("Window and level")).to_have_value("")
    page.get_by_label("Level", exact=True).fill("1500")
    page.get_by_label("Width", exact=True).fill("300")
    page.get_by_label("Width", exact=True).press("Enter")
    expect(page.get_by_label("Width", exact=True)).to_be_focused()
    expect(pane.locator(".dm-shown")).to_contain_text("level 1500, width 300")


def test_lengths_are_in_millimetres_and_say_where(page: Page, films: str) -> None:
    pane = opened(page, f"{films}?patch=m0-top")
    pane.focus()
    page.keyboard.press("1")
    expect(pane).to_have_attribute("data-zoom", "1.000")
    page.keyboard.press("m")
    place = pane.bounding_box()
    assert place
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y - 160, steps=3)
    page.mouse.up()
    expect(pane.locator(".dm-length")).to_have_text("100.0 mm at the detector")
    expect(page.locator(".dm-notes")).to_contain_text("a thing in the body is smaller")
    expect(pane.locator(".dm-edge-left")).to_have_text("R")
    expect(pane.locator(".dm-side")).to_have_text("PA")


def test_two_films_of_a_patient_move_and_zoom_together(page: Page, films: str) -> None:
    pane = opened(page, f"{films}?patch=m0-top")
    beside = page.get_by_label("Compare with")
    expect(beside.locator("option")).to_have_text(
        ["nothing", "1999 (earlier) · Mass · m1.dcm", "2003 (later) · Mass · m2.dcm"]
    )
    beside.focus()
    beside.select_option("image:m1.dcm")
    other = page.locator(".dm-pane").nth(1)
    expect(other.locator(".dm-about")).to_contain_text("1999 (earlier) · Mass · m1.dcm")
    expect(beside).to_be_focused()
    expect(page.locator(".dm-pane.dm-loading")).to_have_count(0)
    fitted = other.get_attribute("data-zoom") or ""
    other.focus()
    page.keyboard.press("+")
    expect(other).not_to_have_attribute("data-zoom", fitted)
    zoom = other.get_attribute("data-zoom")
    expect(pane).to_have_attribute("data-zoom", zoom or "")
    page.get_by_label("Move and zoom both").uncheck()
    other.focus()
    page.keyboard.press("+")
    expect(other).not_to_have_attribute("data-zoom", zoom or "")
    expect(pane).to_have_attribute("data-zoom", zoom or "")
    beside.select_option("")
    expect(page.locator(".dm-pane")).to_have_count(1)


def test_a_clinician_reads_a_film_of_the_drawn_chest(page: Page, chest: str) -> None:
    page.goto(chest)
    page.locator("#labels button", has_text="Pneumothorax").click()
    expect(page.locator("#doubts li").first).to_contain_text('show "marker", which is not of this')
    page.locator("#doubts button").first.click()
    expect(page.locator("#doubts-wall .dm-patch")).to_have_count(100)
    page.locator("#doubts-wall .dm-patch").nth(5).click()
    expect(page.locator("#viewer h3")).to_contain_text("most typical of Pneumothorax")
    page.locator("#viewer .dm-larger").click()
    pane = page.locator(".dm-pane").first
    place = pane.bounding_box()
    assert place
    assert place["height"] >= 0.6 * 900
    expect(pane.locator(".dm-about")).to_contain_text("Pneumothorax")
    expect(pane.locator(".dm-side")).to_have_text("view and side not recorded")
    expect(
        pane.locator(".dm-drawn").filter(has_text=re.compile("^marker, of no label$"))
    ).to_be_visible()
    expect(pane.locator(".dm-heat")).to_be_hidden()
    tools = page.locator(".dm-tools")
    expect(tools.get_by_label("The recipe's boxes")).to_be_checked()
    tools.get_by_label("Heat map", exact=True).check()
    expect(pane.locator(".dm-heat")).to_be_visible()
    against = tools.get_by_label("Against No Finding")
    against.check()
    expect(tools.locator(".dm-unit")).to_contain_text("Against No Finding, the same scale")
    expect(against).to_be_focused()
    page.get_by_label("Window and level").select_option("all but 0.5 % at each end")
    expect(pane.locator(".dm-shown")).not_to_contain_text("width 255")
    page.keyboard.press("Escape")
    expect(page.locator(".dm-screen[open]")).to_have_count(0)
    expect(page.locator("#viewer .dm-larger")).to_be_focused()


def test_findings_are_seen_once_research_use_is_accepted(page: Page, films: str) -> None:
    page.goto(f"{films}?atlas=films&tab=trends")
    gate = page.get_by_role("dialog", name="Research use only")
    expect(gate).to_be_visible()
    expect(gate).to_contain_text("not for diagnosis, not for treatment")
    for _ in range(2):
        page.keyboard.press("Escape")
    expect(gate).to_be_visible()
    with pytest.raises(TimeoutError):  # what lies behind it cannot be pressed
        page.locator("#labels button").last.click(timeout=2000)
    gate.get_by_role("link", name="Show another atlas").click()
    expect(page.locator("h1")).to_have_text("Shapes by decade")
    expect(gate).to_be_hidden()
    page.locator("#atlas button", has_text="Drawn films").click()
    page.get_by_role("button", name=ACCEPT).click()
    expect(gate).to_be_hidden()
    expect(page.locator("h1")).to_have_text("Drawn films")
    page.reload()
    expect(page.locator("#wall .dm-patch").first).to_be_visible()
    expect(gate).to_be_hidden()
    other = page.context.new_page()  # of another session: what is stored for one is not for it
    other.goto(f"{films}?atlas=films")
    expect(other.get_by_role("button", name=ACCEPT)).to_be_focused()
    other.close()


def test_a_finding_is_not_dated(page: Page, films: str) -> None:
    page.goto(f"{films}?atlas=films&tab=trends")
    curve = page.locator("#dating .dm-chart-title, #dating .dm-empty").first
    expect(curve).to_contain_text(re.compile("score under each finding", re.IGNORECASE))
    expect(page.locator("body")).not_to_contain_text(re.compile("dating curve", re.IGNORECASE))
    page.goto(f"{films}?atlas=shapes&tab=trends")
    expect(page.locator("#dating").first).to_contain_text("Dating curve")


def test_photographs_have_no_window(page: Page, address: str) -> None:
    page.goto(f"{address}?patch=1900-top-0001")
    page.locator("#viewer .dm-whole").click()
    expect(page.locator(".dm-pane.dm-loading")).to_have_count(0)
    expect(page.get_by_label("Window and level")).to_be_hidden()
    expect(page.get_by_role("radio", name="Move")).to_be_checked()
    page.get_by_label("Compare with").select_option("translation:1910")
    other = page.locator(".dm-pane").nth(1)
    expect(other.locator(".dm-about")).to_contain_text("generated")
    page.keyboard.press("Escape")
    expect(page.locator("#viewer h3")).to_be_visible()


class Hand:
    """A hand that counts what it does: a press, a drag; a choice from a list is two presses."""

    def __init__(self, page: Page) -> None:
        self.page, self.done = page, 0

    def press(self, what: Locator) -> None:
        what.click()
        self.done += 1

    def choose(self, of: Locator, option: str) -> None:
        of.select_option(option)
        self.done += 2

    def drag(self, over: Locator, right: int, down: int) -> None:
        over.hover()
        place = over.bounding_box()
        assert place
        x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
        self.page.mouse.down()
        self.page.mouse.move(x + right, y + down, steps=3)
        self.page.mouse.up()
        self.done += 1


MOST = 12
"""Presses and drags that the whole task may take."""


def results_of(page: Page, hand: Hand, button: Locator) -> dict[str, bytes]:
    """The files of the zip that a press hands out, by their names without folders."""
    with page.expect_download() as waiting:
        hand.press(button)
    with zipfile.ZipFile(waiting.value.path()) as archive:
        return {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist()}


def test_a_clinician_goes_from_the_atlas_to_results_in_few_clicks(page: Page, films: str) -> None:
    page.goto(f"{films}?atlas=shapes")
    hand = Hand(page)
    hand.press(page.locator("#atlas button", has_text="Drawn films"))
    hand.press(page.get_by_role("button", name=ACCEPT))
    hand.press(page.locator("#labels button", has_text="Mass"))
    expect(page.locator("#viewer h3")).to_contain_text("most typical of Mass")
    hand.press(page.locator("#viewer .dm-larger"))
    pane, tools = page.locator(".dm-pane").first, page.locator(".dm-tools")
    expect(pane.locator(".dm-about")).to_contain_text("2001 · Mass · m0.dcm")
    expect(page.locator(".dm-pane.dm-loading")).to_have_count(0)
    expect(pane.locator(".dm-shown")).to_contain_text("level 2000, width 4000")
    hand.drag(pane, -80, 40)
    expect(pane.locator(".dm-shown")).not_to_contain_text("width 4000")
    expect(pane.locator(".dm-drawn")).to_be_visible()
    hand.press(tools.get_by_label("Heat map", exact=True))
    expect(pane.locator(".dm-heat")).to_be_visible()
    hand.choose(page.get_by_label("Compare with"), "image:m1.dcm")
    other = page.locator(".dm-pane").nth(1)
    expect(other.locator(".dm-about")).to_contain_text("1999 (earlier) · Mass · m1.dcm")
    expect(page.locator(".dm-pane.dm-loading")).to_have_count(0)
    files = results_of(page, hand, tools.get_by_role("button", name="Results"))
    expect(tools.get_by_text("The browser has a zip of them")).to_be_visible()
    assert {"picture-boxes.dcm", "report.dcm", "boxes.csv", "segments-heat.dcm"} <= set(files)
    assert b"m0-top" in files["boxes.csv"]
    expect(pane.locator(".dm-drawn")).to_be_visible()
    assert hand.done <= MOST
    page.keyboard.press("Escape")
    hand.press(page.locator("#add"))
    hand.press(page.locator("#basket button").first)
    files = results_of(page, hand, page.locator("#basket-dicom"))
    assert {"picture-boxes.dcm", "report.dcm", "boxes.csv"} <= set(files)
    assert hand.done <= MOST, "the long way round, over the basket"


def test_a_film_of_ones_own_has_its_numbers_and_results(
    page: Page, films: str, tmp_path: Path
) -> None:
    stored = numbers(7)
    path = write(
        tmp_path / "ZQXDoe^Jane", stored, BitsStored=12, HighBit=11, WindowCenter=[2000, 1000],
        WindowWidth=[4000, 500], SOPInstanceUID="1.2.3.4", SeriesInstanceUID="1.2.3.5",
        StudyInstanceUID="1.2.3.6", FieldOfViewHorizontalFlip="YES",
    )  # fmt: skip
    page.goto(f"{films}?tab=inspect")
    page.locator("#own-file input[type=file]").set_input_files(path)
    expect(page.locator("#own-verdict")).to_contain_text("ypical", timeout=90_000)
    hand = Hand(page)
    hand.press(page.locator("#own-viewer .dm-larger"))
    pane, tools = page.locator(".dm-pane").first, page.locator(".dm-tools")
    expect(pane.locator(".dm-about")).to_contain_text("from its file, 12 bits")
    expect(page.locator(".dm-pane.dm-loading")).to_have_count(0)
    expect(pane.locator(".dm-side")).to_contain_text("flipped left to right before it was stored")
    page.keyboard.press("p")
    row, col = (side + 32 for side in BRIGHT)
    page.get_by_label("Window and level").select_option("window 2 of the file")
    assert abs(grey_at(pane, row, col) - linear(4000, 1000, 500)) <= 1
    beside = 20 * 255 / 500  # numbers beside each other differ by less than 20
    assert abs(grey_at(pane, 400, 90) - linear(float(stored[400, 90]), 1000, 500)) <= beside
    tools.get_by_label("Heat map", exact=True).check()
    expect(pane.locator(".dm-heat")).to_be_visible()
    typicality = tools.get_by_label("Typicality", exact=True)
    typicality.check()
    expect(tools.locator(".dm-unit")).to_contain_text("Typicality, the same scale")
    expect(pane.locator(".dm-about")).to_contain_text("from its file, 12 bits")
    files = results_of(page, hand, tools.get_by_role("button", name="Results"))
    assert {"picture-boxes.dcm", "report.dcm", "boxes.csv", "segments-heat.dcm"} <= set(files)
    assert b"1.2.3.4" in files["report.dcm"]
    page.keyboard.press("Escape")
    with page.expect_download() as waiting:
        page.locator("#own-csv").click()
    assert waiting.value.suggested_filename == "diffmine-own.csv"
    assert b"1.2.3.6" in Path(waiting.value.path()).read_bytes()
