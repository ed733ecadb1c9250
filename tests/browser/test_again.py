"""The same mining in other ways, on the page About: figures, patches side by side, a CSV."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.helpers import served
from tests.unit.app.make_again import make_again

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def mined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = make_again(tmp_path_factory.mktemp("again") / "shapes").path
    with served(path) as found:
        yield found


def test_patches_of_each_way_stand_side_by_side(page: Page, mined: str) -> None:
    page.goto(f"{mined}?tab=about&label=1920")
    walls = page.locator("#again .dm-row")
    expect(walls).to_have_count(3)
    expect(walls.first.locator(".dm-patch")).to_have_count(8)
    expect(walls.nth(1)).to_contain_text("timesteps 100-400")
    expect(page.locator("#again-figures tbody tr")).to_have_count(4)
    expect(page.get_by_text("The same mining in other ways")).to_be_visible()
    with page.expect_download() as download:
        page.locator("#again-csv").click()
    text = Path(download.value.path()).read_text("utf-8-sig")
    assert text.startswith("variant,draws,label")
    assert download.value.suggested_filename.endswith(".csv")
