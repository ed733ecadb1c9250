"""What the server could not do is told on the page, whichever event it was."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.helpers import served
from tests.unit.app.make_atlas import make_atlas

pytestmark = pytest.mark.browser


@pytest.fixture
def atlas(tmp_path: Path) -> Path:
    make_atlas(tmp_path / "shapes")
    return tmp_path / "shapes"


@pytest.fixture
def address(atlas: Path) -> Iterator[str]:
    with served(atlas) as found:
        yield found


def test_a_broken_file_is_told_of_and_the_other_tabs_go_on(
    browser: Browser, address: str, atlas: Path
) -> None:
    page = browser.new_page()
    page.goto(address)
    expect(page.locator("#wall .dm-patch").first).to_be_visible()
    shutil.copy(atlas / "atlas.json", atlas / "trends.parquet")
    page.get_by_role("tab", name="Trends", exact=True).click()
    told = page.get_by_role("alert")
    expect(told).to_contain_text("trends.parquet")
    told.click()
    expect(told).to_have_count(0)
    page.get_by_role("tab", name="Elements", exact=True).click()
    expect(page.locator("#elements .dm-row").first).to_be_visible()
    expect(told).to_have_count(0)
    page.close()
