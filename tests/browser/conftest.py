"""A served app with a random model, and a Chromium that must stay on this machine."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.helpers import FLAGS, served
from tests.unit.app.make_atlas import LABELS, make_atlas

# A busy machine is slow, not wrong: no test here is about time.
expect.set_options(timeout=30_000)
NASTY = ["<img src=x onerror=window.hit=1>", "${window.hit=1}", "{{constructor}}", "=1+1 | **b**"]


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over two synthetic atlases, one of them full of texts that must not run."""
    from diffmine.model.tiny import make_random

    root = tmp_path_factory.mktemp("served")
    make_random(root / "model", tuple(LABELS), 96)
    make_atlas(root / "shapes", model="../model", scores=("sensitivity", "against 1910"))
    make_atlas(root / "nasty", kind="place", labels=NASTY)
    with served(root / "shapes", root / "nasty") as found:
        yield found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=FLAGS.split())
        yield found
        found.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    found = browser.new_context(viewport={"width": 1440, "height": 900})
    yield found
    found.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page; at the end: no error in the console, no request to anyone else."""
    found = context.new_page()
    found.set_default_timeout(60_000)
    wrong: list[str] = []
    found.on("pageerror", lambda error: wrong.append(str(error)))
    found.on("console", lambda said: said.type == "error" and wrong.append(said.text))
    found.on("request", lambda asked: _is_here(asked.url) or wrong.append(asked.url))
    yield found
    assert not wrong


def _is_here(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "data:", "blob:"))
