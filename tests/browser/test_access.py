"""WCAG AA by axe-core on every tab of the embedded atlases, in light and dark, large and small."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from diffmine.app.page import embedded
from diffmine.atlas.writer import open_workspace
from tests.helpers import served

pytestmark = pytest.mark.browser

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],  # the names of all that is right would cost time
}
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
# What each tab shows when it is done, and what is folded away in it.
TABS = {
    "Typical": "#wall .dm-patch >> nth=9",
    "Elements": "#elements .dm-row >> nth=1",
    "Map": "#map .dm-map[data-drawn]",
    "Translate": "#strip .dm-made >> nth=0",
    "Trends": "#trend .main-svg >> nth=0",
    "Inspect": "#own-line",
    "About": "#about h2",
    "Evaluate": "#evaluation-area .main-svg >> nth=0",
}
FOLDED = {
    "Typical": ["#filters summary", "#typical-export button >> nth=0"],
    "Map": ["#map-table button >> nth=0"],
    "Translate": ["#how button >> nth=0"],
}


@pytest.fixture(scope="module")
def shipped() -> Iterator[str]:
    with served() as found:
        yield found


def translated(label: str) -> str:
    """A patch whose translations the embedded atlas of cars holds."""
    atlas = open_workspace(next(each for each in embedded() if each.name == "cars"))
    stored = set(atlas.read_parts("translations", ["patch_id"])["patch_id"].to_pylist())
    return next(each.patch_id for each in atlas.patches(label) if each.patch_id in stored)


def violations(page: Page, where: str) -> list[str]:
    """One line for each thing that is wrong: the rule, the place, what axe says of it."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{where}: {rule['id']}: {node['target']}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        ("desk", "light"),
        pytest.param("phone", "dark", marks=pytest.mark.slow),
        pytest.param("desk", "dark", marks=pytest.mark.slow),
        pytest.param("phone", "light", marks=pytest.mark.slow),
    ],
)
@pytest.mark.timeout(600)
def test_no_tab_breaks_wcag_aa(page: Page, shipped: str, size: str, scheme: str) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(
        color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce"
    )
    page.goto(f"{shipped}?atlas=cars&label=1950s&beside=1960s&patch={translated('1950s')}")
    wrong: list[str] = []
    for name, ready in TABS.items():
        page.get_by_role("tab", name=name, exact=True).click()
        expect(page.locator(ready)).to_be_visible()
        for folded in FOLDED.get(name, []):
            page.locator(folded).press("Enter")
        page.wait_for_timeout(400)
        wrong += violations(page, name)
    page.locator(".dm-help").press("Enter")
    wrong += violations(page, "Help")
    page.keyboard.press("Escape")
    page.locator("#add").press("Enter")
    for folded in ("Basket (1)", "Save, send, open"):
        page.get_by_role("button", name=folded).press("Enter")
    expect(page.get_by_label("Note on the whole basket")).to_be_visible()
    page.wait_for_timeout(400)
    wrong += violations(page, "Basket")
    page.locator("#viewer").get_by_role("button", name="Full screen").press("Enter")
    expect(page.locator(".dm-about").first).to_be_visible()
    wrong += violations(page, "Full screen")
    assert not wrong, "\n".join(sorted(set(wrong)))
