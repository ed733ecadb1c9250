"""The folder of a Space, started as a Space starts it, in a frame of huggingface.co.

A Space has Python 3.12 and what requirements.txt names, and nothing else. DIFFMINE_SPACE_PYTHON may
name such a Python, to see that it is enough:

    python3.12 -m venv PLACE && PLACE/bin/pip install -r requirements.txt
    DIFFMINE_SPACE_PYTHON=PLACE/bin/python pytest tests/browser/test_space.py
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from diffmine.app.page import embedded
from diffmine.atlas.reader import open_atlas
from scripts import space
from tests.helpers import serving

pytestmark = pytest.mark.browser
HOST = "me-diffmine.hf.space"
START = """
import runpy, sys
sys.path.insert(0, sys.argv[2])
import diffmine, diffmine.app.page as page
assert diffmine.__file__.startswith(sys.argv[2]), diffmine.__file__
serve = page.serve
page.serve = lambda blocks, **how: serve(blocks, port=int(sys.argv[1]), **how)
runpy.run_path(sys.argv[2] + "/app.py", run_name="__main__")
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("space") / "space"
    assert space.main([str(folder)]) == "", "the folder is as the Hub wants it"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPACE_ID", "me/diffmine")
        patch.setenv("SPACE_HOST", HOST)
        patch.delenv("PYTHONPATH", raising=False)
        patch.chdir(folder)
        python = os.environ.get("DIFFMINE_SPACE_PYTHON", sys.executable)
        with serving(folder, code=START, inner=True, python=python) as (address, _):
            yield address


def test_a_space_shows_the_embedded_atlases_in_a_frame(
    context: BrowserContext, address: str
) -> None:
    def relay(route: Route) -> None:  # as the Hub does, which ends TLS before the Space
        if "/heartbeat/" in route.request.url:  # it never ends
            route.fulfill(body="")
        else:
            route.fulfill(
                response=route.fetch(url=route.request.url.replace(f"https://{HOST}/", address))
            )

    framed = f'<iframe src="https://{HOST}/" width="1200" height="900"></iframe>'
    page = context.new_page()
    page.route(f"https://{HOST}/**", relay)
    for host, count in (("huggingface.co", 1), ("example.org", 0)):
        page.route(f"https://{host}/**", lambda route: route.fulfill(body=framed))
        page.goto(f"https://{host}/spaces/me/diffmine", wait_until="load")
        inside = page.frame_locator("iframe")
        expect(inside.locator("#wall")).to_have_count(count)
        if count:
            expect(inside.locator("#wall .dm-patch").first).to_be_visible()
            labels = open_atlas(embedded()[0]).labels
            expect(inside.locator("#labels button")).to_have_count(len(labels))
        else:
            assert page.frames[1].url.startswith("chrome-error:"), "others may not frame it"
