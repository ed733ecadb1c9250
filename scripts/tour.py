"""Pictures of the app for docs/tour.md, taken in Chromium over the embedded atlases.

PYTHONPATH=. python scripts/tour.py                     the pictures of the tour
PYTHONPATH=. python scripts/tour.py --review FOLDER     every tab, two sizes, light and dark
"""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from diffmine.app.page import embedded
from diffmine.app.tabs import TABS
from tests.helpers import FLAGS, served

ROOT = Path(__file__).parents[1]
DOCS, ATLASES = ROOT / "docs" / "tour", ROOT / "assets" / "atlases"
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
SCENES = {
    "typical": "atlas=cars&label=1950s&tab=typical",
    "elements": "atlas=cars&label=1930s&tab=elements",
    "map": "atlas=cars&label=1950s&tab=map",
    "translate": "atlas=type&label=1830&tab=translate&patch=f4bc61928ddc",
    "trends": "atlas=cars&label=1950s&tab=trends&element=9",
    "evaluate": "atlas=cars&label=1950s&tab=evaluate",
}


def main() -> None:
    """Take the pictures that were asked for."""
    parser = argparse.ArgumentParser(description="Take pictures of the app.")
    parser.add_argument("--review", type=Path, help="folder of pictures of every tab")
    options = parser.parse_args()
    with served() as address, chromium() as browser:
        if options.review:
            _review(browser, address, options.review)
        else:
            _tour(browser, address)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium, WebGL in software."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS.split())
        yield browser
        browser.close()


def _tour(browser: Browser, address: str) -> None:
    DOCS.mkdir(exist_ok=True)
    for name, query in SCENES.items():
        with _opened(browser, "desk", f"{address}?{query}&__theme=light") as page:
            page.screenshot(path=DOCS / f"{name}.jpg", type="jpeg", quality=80)


def _tabs(atlas: str) -> list[str]:
    judged = (ATLASES / atlas / "evaluation.json").is_file()
    return [tab.name for tab in TABS if tab.name != "evaluate" or judged]


def _review(browser: Browser, address: str, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for atlas in sorted(path.name for path in embedded()):
        for size in SIZES:
            for theme in ("light", "dark"):
                for tab in _tabs(atlas):
                    query = f"atlas={atlas}&tab={tab}&__theme={theme}"
                    with _opened(browser, size, f"{address}?{query}") as page:
                        name = f"{atlas}-{tab}-{size}-{theme}.png"
                        page.screenshot(path=out / name, full_page=size == "phone")


@contextmanager
def _opened(browser: Browser, size: str, address: str) -> Iterator[Page]:
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.add_init_script("localStorage.setItem('diffmine-first-steps', 'yes')")
    page.goto(address)
    asked = parse_qs(urlsplit(address).query)
    tab, atlas = asked["tab"][0], asked["atlas"][0]
    page.wait_for_selector(f'#tabs [aria-selected=true]:has-text("{tab.capitalize()}")')
    page.wait_for_function("name => location.search.includes(`atlas=${name}`)", arg=atlas)
    if tab == "map":
        page.wait_for_selector("#map .dm-map[data-drawn]", timeout=60_000)
    page.wait_for_timeout(2500)
    yield page
    context.close()


if __name__ == "__main__":
    main()
