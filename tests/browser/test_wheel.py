"""The wheel in an environment of its own, away from the checkout: a stranger's way from the install
to pictures, and to an atlas of pictures of their own."""

from __future__ import annotations

import os
import re
import site
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.helpers import draw_shapes, free_port, started

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an environment `venv` that holds the wheel, which `make wheel` built. What that
    needs is taken from the tests' environment, without its link to the checkout."""
    place = tmp_path_factory.mktemp("stranger")
    run(sys.executable, "-m", "scripts.wheel", str(place / "dist"), where=ROOT)
    run(sys.executable, "-m", "venv", "--without-pip", str(place / "venv"), where=place)
    (wheel,) = (place / "dist").glob("*.whl")
    pip = (sys.executable, "-m", "pip", "--python", str(place / "venv"), "--no-input")
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel), where=place)
    (packages,) = (place / "venv" / "lib").glob("python*/site-packages")
    (packages / "borrowed.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    return place


def environment(place: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return own | {"HOME": str(place / "home"), "DIFFMINE_DATA": str(place / "data")}


def run(*command: str, where: Path) -> str:
    done = subprocess.run(
        command, cwd=where, env=environment(where), capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def diffmine(place: Path, *words: str) -> str:
    return run(str(place / "venv" / "bin" / "diffmine"), *words, where=place)


@contextmanager
def app(place: Path, *atlases: str) -> Iterator[str]:
    command = [str(place / "venv/bin/diffmine"), "app", *atlases, "--port", str(free_port())]
    with started(command, cwd=place, env=environment(place)) as server:
        yield server.address


def test_it_is_the_wheel_and_it_is_whole(place: Path) -> None:
    python = str(place / "venv" / "bin" / "python")
    code = "import diffmine.folders as f; print(f.__file__, f.ASSETS)"
    home, assets = run(python, "-c", code, where=place).split()
    assert Path(home).is_relative_to(place)
    assert Path(assets).is_relative_to(place)
    assert "all as they were written" in diffmine(place, "check", f"{assets}/atlases/type")


QUICK = (
    "--finetune.steps 2 --finetune.batch 2 --typicality.draws 4 --translate.per-label 1 "
    "--translate.steps 1 --translate.draws 4 --trends.draws 4"
)


def test_the_app_shows_pictures_and_asks_the_model(place: Path, page: Page) -> None:
    with app(place) as address:
        page.goto(address)
        expect(page.locator("#labels button")).to_have_count(9)
        tile = page.locator("#wall .dm-tile").first
        expect(tile).to_have_css("background-image", re.compile(r"url\("))
        page.goto(f"{address}?atlas=type&label=1957&tab=typical")
        page.locator("#wall .dm-patch").nth(40).click()
        expect(page.locator("#viewer h3")).to_contain_text("No. 41 of")
        page.get_by_role("tab", name="Translate", exact=True).click()
        expect(page.locator("#targets input:checked")).to_have_count(8)
        for era in page.locator("#targets input").all()[1:]:
            era.uncheck()
        page.locator("#run").click()
        expect(page.locator("#status")).to_contain_text("Done in", timeout=200_000)
        expect(page.locator("#strip .dm-made")).to_have_count(1)


def test_pictures_of_ones_own_become_an_atlas(place: Path, page: Page) -> None:
    draw_shapes(place / "pictures", per_label=4, side=64)
    words = ("build", "pictures", "--base", "tiny", "--out", "own", *QUICK.split())
    assert "The atlas is ready" in diffmine(place, *words)
    with app(place, "own") as address:
        page.goto(address)
        expect(page.locator("#labels button")).to_have_count(2)
        tile = page.locator("#wall .dm-tile").first
        expect(tile).to_have_css("background-image", re.compile(r"url\("))
