"""Ten minutes of one visitor who looks at everything: the page does not grow, nothing complains."""

import random
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import CDPSession, Page, expect, sync_playwright

from tests.helpers import FLAGS, served

WARM, ALL = 3 * 60, 10 * 60
"""Seconds until everything was loaded once, and of the whole visit: what grows between leaks."""
GROWTH = 1.1
EXPECTED = "GPU stall due to ReadPixels"  # said of WebGL on a processor, whatever the page does


@pytest.fixture
def page(chromium: str) -> Iterator[Page]:
    """The embedded atlas of type; at the end the browser warned of nothing."""
    wrong: list[str] = []
    with sync_playwright() as playwright, served() as address:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS.split())
        found = browser.new_page(viewport={"width": 1440, "height": 900})
        found.set_default_timeout(60_000)
        found.on("pageerror", lambda error: wrong.append(str(error)))
        found.on(
            "console",
            lambda said: said.type in ("error", "warning") and wrong.append(said.text),
        )
        found.goto(f"{address}?atlas=type")
        yield found
        browser.close()
    assert not [text for text in wrong if EXPECTED not in text]


def tab(page: Page, name: str, ready: str) -> None:
    """Open a tab and wait for what it shows."""
    page.get_by_role("tab", name=name, exact=True).click()
    expect(page.locator(ready).first).to_be_visible()


def look_around(page: Page, chance: random.Random) -> None:
    """One label: its wall, some patches, elements, map, trends, and back."""
    tab(page, "Typical", "#wall .dm-patch")
    label = page.locator("#labels button").nth(chance.randrange(9))
    label.click()
    name = label.inner_text().split("\n")[0].strip()
    expect(page.locator("#labels .dm-current")).to_contain_text(name)
    for _ in range(3):
        page.locator("#wall .dm-patch").nth(chance.randrange(60)).click()
        expect(page.locator("#viewer h3")).to_contain_text("No.")
    tab(page, "Elements", "#elements .dm-row")
    page.locator("#elements .dm-row").nth(chance.randrange(4)).click()
    expect(page.locator("#element-wall .dm-patch").first).to_be_visible()
    tab(page, "Map", "#map .dm-map[data-drawn]")
    tab(page, "Trends", "#trend .main-svg")


def held(session: CDPSession) -> float:
    """Bytes that the page holds once its garbage is collected."""
    session.send("HeapProfiler.collectGarbage")
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(each["value"] for each in metrics if each["name"] == "JSHeapUsedSize")


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.timeout(ALL + 600)
def test_ten_minutes_leave_the_page_as_large_as_three(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    chance, started, sizes = random.Random(0), time.monotonic(), []
    while (passed := time.monotonic() - started) < ALL:
        look_around(page, chance)
        if passed > WARM:
            sizes.append(held(session))
    assert len(sizes) > 10
    print(
        f"{len(sizes)} labels after the first, {sizes[0] / 2**20:.1f} to {sizes[-1] / 2**20:.1f} MB"
    )
    assert min(sizes[-3:]) <= GROWTH * max(sizes[:3])
