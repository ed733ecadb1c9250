"""Nothing that was chosen is undone or lost: quick choices, Back and Forward, reloads."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.helpers import served
from tests.unit.app.make_atlas import LABELS, make_atlas

pytestmark = pytest.mark.browser

NAMES = ("shapes", "others")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over two synthetic atlases of the same labels."""
    root = tmp_path_factory.mktemp("pair")
    for name in NAMES:
        make_atlas(root / name)
    with served(*(root / name for name in NAMES)) as address:
        yield address


def open_atlas(page: Page, name: str) -> None:
    """Choose an atlas by its card."""
    page.locator(f"#atlas [data-key={name}]").click()


def of(page: Page, **parts: str) -> None:
    """The page speaks of one place: address, label picker, wall, inspector."""
    for name, value in parts.items():
        expect(page).to_have_url(re.compile(rf"[?&]{name}={value}(&|$)"))
    label = parts["label"]
    expect(page.locator("#labels .dm-current")).to_have_text(label)
    expect(page.locator("#wall .dm-patch").first).to_have_attribute("data-id", f"{label}-top-0001")
    expect(page.locator("#viewer h3")).to_contain_text(f"most typical of {label}")


def race(page: Page, times: int, waits: tuple[int, ...]) -> None:
    """Switch the atlas and press a label right after it; both must stay."""
    for at in range(times):
        name, number = NAMES[(at + 1) % 2], 1 + at % (len(LABELS) - 1)
        open_atlas(page, name)
        page.wait_for_timeout(waits[at % len(waits)])
        page.locator("#labels button").nth(number).click()
        of(page, atlas=name, label=LABELS[number])
        page.wait_for_timeout(300)
        of(page, atlas=name, label=LABELS[number])


def test_a_label_pressed_right_after_another_atlas_stays(page: Page, pair: str) -> None:
    page.goto(pair)
    of(page, atlas="shapes", label=LABELS[0])
    race(page, 3, (0, 50, 150))


@pytest.mark.slow
@pytest.mark.parametrize("wait", [0, 50, 150])
def test_it_stays_fifty_times(page: Page, pair: str, wait: int) -> None:
    page.goto(pair)
    of(page, atlas="shapes", label=LABELS[0])
    race(page, 50, (wait,))


def test_back_and_forward_walk_the_views(page: Page, pair: str) -> None:
    page.goto(pair)
    of(page, atlas="shapes", label="1900")
    page.locator("#labels button").nth(2).click()
    of(page, label="1920", patch="1920-top-0001")
    page.locator("#wall .dm-patch").nth(4).click()
    expect(page.locator("#viewer h3")).to_contain_text("No. 5 of")
    page.get_by_role("tab", name="Elements", exact=True).click()
    expect(page.locator("#elements .dm-row")).to_have_count(3)
    page.go_back()
    of(page, tab="typical", label="1920", patch="1920-top-0005")
    expect(page.locator("#wall .dm-selected")).to_have_attribute("data-id", "1920-top-0005")
    page.go_back()
    of(page, tab="typical", label="1920", patch="1920-top-0001")
    expect(page.locator("#wall .dm-selected")).to_have_attribute("data-id", "1920-top-0001")
    page.go_back()
    of(page, label="1900")
    for _ in range(3):
        page.go_forward()
    expect(page).to_have_url(re.compile("tab=elements"))
    expect(page.get_by_role("tab", name="Elements", exact=True)).to_have_attribute(
        "aria-selected", "true"
    )
    expect(page.locator("#viewer h3")).to_contain_text("No. 5 of 120, most typical of 1920")


def test_the_basket_outlives_a_reload(page: Page, pair: str) -> None:
    page.goto(pair)
    page.locator("#wall .dm-patch").nth(2).click()
    expect(page.locator("#viewer h3")).to_contain_text("No. 3 of")
    page.locator("#add").click()
    page.get_by_role("button", name="Basket (1)").click()
    page.get_by_label("Note on the selected patch").fill("of the third")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("#basket-wall .dm-caption")).to_have_text("1900 ✎")
    page.reload()
    page.get_by_role("button", name="Basket (1)").click()
    expect(page.locator("#basket-wall .dm-patch")).to_have_attribute("data-id", "1900-top-0003")
    expect(page.get_by_label("Note on the selected patch")).to_have_value("of the third")
    page.goto(f"{pair}?atlas=others")
    expect(page.get_by_role("button", name="Basket (empty)")).to_be_visible()
    page.goto(f"{pair}?atlas=shapes&label=1930")
    expect(page.get_by_role("button", name="Basket (1)")).to_be_visible()


def test_what_is_pressed_at_once_is_about_what_was_pressed_before(page: Page, pair: str) -> None:
    """A patch, then Add, without waiting for the patch to be shown."""
    page.goto(pair)
    of(page, atlas="shapes", label="1900")
    patches = page.locator("#wall .dm-patch")
    for at in (3, 5, 7):
        patches.nth(at).click()
        page.locator("#add").click()
    page.get_by_role("button", name="Basket (3)").click()
    tiles = page.locator("#basket-wall .dm-patch")
    expect(tiles).to_have_count(3)
    names = [tile.get_attribute("data-id") for tile in tiles.all()]
    assert names == ["1900-top-0004", "1900-top-0006", "1900-top-0008"]


def test_every_tab_speaks_of_the_chosen_label(page: Page, pair: str) -> None:
    page.goto(pair)
    page.locator("#wall .dm-patch").nth(4).click()
    page.locator("#labels button").nth(3).click()
    of(page, label="1930", patch="1930-top-0001")
    page.get_by_role("tab", name="Translate", exact=True).click()
    expect(page.locator("#left")).to_contain_text("No. 1, most typical of 1930")
    page.get_by_role("tab", name="Trends", exact=True).click()
    expect(page.locator("#dating .dm-chart-title")).to_contain_text("1930")
    expect(page.locator("#viewer h3")).to_contain_text("most typical of 1930")


def test_another_atlas_shows_its_own_basket_and_back_the_first(page: Page, pair: str) -> None:
    page.goto(pair)
    of(page, atlas="shapes", label="1900")
    page.locator("#add").click()
    expect(page.get_by_role("button", name="Basket (1)")).to_be_visible()
    open_atlas(page, "others")
    expect(page.get_by_role("button", name="Basket (empty)")).to_be_visible()
    page.go_back()
    of(page, atlas="shapes", label="1900")
    expect(page.get_by_role("button", name="Basket (1)")).to_be_visible()
    expect(page.locator("#atlas .dm-current")).to_have_attribute("data-key", "shapes")


def test_what_to_begin_with_is_shown_until_it_is_closed(page: Page, pair: str) -> None:
    page.goto(pair)
    cards = page.locator("#findings .dm-card")
    expect(cards.first).to_be_visible()
    link = cards.first.get_attribute("data-key") or ""
    cards.first.click()
    expect(page).to_have_url(f"{pair}?{link}")
    page.locator("#findings .dm-cards-close").click()
    expect(cards.first).to_be_hidden()
    page.goto(pair)
    expect(page.locator("#viewer h3")).to_be_visible()
    expect(cards.first).to_be_hidden()
    open_atlas(page, "others")
    expect(cards.first).to_be_visible()
    open_atlas(page, "shapes")
    expect(cards.first).to_be_hidden()
    page.locator(".dm-help").click()
    page.get_by_role("button", name="Show what to begin with").click()
    expect(cards.first).to_be_visible()


def test_a_search_leads_to_an_image(page: Page, pair: str) -> None:
    page.goto(pair)
    field = page.locator("#search").locator("input, textarea")
    field.fill("1920/04.png")
    field.press("Enter")
    card = page.locator("#results .dm-card")
    expect(card).to_have_count(1)
    card.click()
    expect(page.locator("#viewer .dm-facts")).to_contain_text("1920/04.png")
    expect(page).to_have_url(re.compile("label=1920"))
    open_atlas(page, "others")
    expect(card).to_have_count(0)
    page.go_back()
    expect(page.locator("#viewer .dm-facts")).to_contain_text("1920/04.png")


def test_the_scope_of_the_map_is_in_the_link(page: Page, pair: str) -> None:
    page.goto(f"{pair}?tab=map")
    page.get_by_label("All labels").check()
    expect(page).to_have_url(re.compile("scope=all"))
    page.reload()
    expect(page.get_by_label("All labels")).to_be_checked()
    expect(page.locator("#map .dm-map-legend button")).to_have_count(4)


def test_four_labels_and_four_translations_leave_no_empty_place(page: Page, address: str) -> None:
    page.goto(f"{address}?patch=1910-top-0002&tab=translate")
    for strip, items in ((".dm-labels-strip", "button"), ("#strip .dm-strip", "button.dm-patch")):
        page.wait_for_selector(f"{strip} {items}")
        left = page.evaluate(
            """([strip, items]) => {
              const own = document.querySelector(strip), all = own.querySelectorAll(items);
              const room = own.getBoundingClientRect().right, last = all[all.length - 1];
              return room - last.getBoundingClientRect().right;
            }""",
            [strip, items],
        )
        assert left < 12, f"{left} pixels are empty at the end of {strip}"
