"""How fast the app answers, measured in a real Chromium that draws WebGL on the processor.

    python -m benchmarks.app_speed FOLDER

makes what it lacks in FOLDER (benchmarks/make_big_atlas.py: 10^4 patches of one label, 10^5 of ten,
10^6 of 365), serves each and the embedded atlases, and prints a table: what was asked for and what
it took. Clicks are real ones; times are those of the page's own clock (app_speed.js).
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.make_big_atlas import make
from tests.helpers import FLAGS, serving

SIZES = {"10^4": (10**4, 1), "10^5": (10**5, 10), "10^6": (10**6, 365)}
LOADS, SWITCHES, RESTS, LASSOS = 5, 40, 20, 5
SCRIPT = Path(__file__).with_suffix(".js").read_text("utf-8")
ALL = "#scope input[value=all]"
# Points in the middle of the plot, on the screen.
PLACES = """count => {
  const box = document.querySelector('#map .dm-map-plot'), f = box._fullLayout, t = box.data[0];
  const r = box.getBoundingClientRect(), found = [];
  const step = Math.ceil(t.x.length / (9 * count));
  for (let i = 0; found.length < count && i < t.x.length; i += step) {
    const x = f.xaxis.l2p(t.x[i]), y = f.yaxis.l2p(t.y[i]);
    if (x > 60 && y > 60 && x < f.xaxis._length - 60 && y < f.yaxis._length - 60)
      found.push([r.x + f.xaxis._offset + x, r.y + f.yaxis._offset + y]);
  }
  return found;
}"""
ALIVE = """() => {
  const lost = [...document.querySelectorAll('#map canvas')].filter(
    each => each.getContext('webgl')?.isContextLost());
  return !lost.length && document.querySelector('#map .dm-map-note').textContent === '';
}"""


def line(what: str, times: list[float], asked: str) -> None:
    """A row of the table: median, 95th percentile, largest, in milliseconds."""
    values = np.percentile(times, [50, 95, 100])
    print(f"| {what} | {' | '.join(f'{each:,.0f}' for each in values)} | {asked} |", flush=True)


def memory(process: int) -> float:
    """The resident memory of a process in MB."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[Page]:
    """A page that holds nothing from before."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(SCRIPT)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(address, wait_until="commit")
    yield page
    context.close()


def loads(browser: Browser, address: str) -> list[float]:
    """From the request of the page to the pictures of its wall."""
    found = []
    for _ in range(LOADS):
        with opened(browser, address) as page:
            found.append(page.evaluate("dm.first(60)"))
    return found


def switches(browser: Browser, address: str) -> list[float]:
    """From a press on a label to its pictures, along labels in a random order."""
    with opened(browser, address) as page:
        page.evaluate("dm.first(60)")
        count = page.locator("#labels button").count()
        chance, at, found = np.random.default_rng(0), 0, []
        for _ in range(SWITCHES):
            at = (at + int(chance.integers(1, count))) % count
            found.append(page.evaluate(f"dm.turn({at})"))
        return found


def hovers(browser: Browser, address: str) -> list[float]:
    """From the last move of the pointer to the crop of the point under it."""
    with opened(browser, f"{address}?tab=map") as page:
        page.wait_for_selector("#map .dm-map[data-drawn]")
        page.wait_for_timeout(1500)
        page.evaluate("dm.watchTip()")
        found = []
        for x, y in page.evaluate(PLACES, RESTS):
            page.mouse.move(x - 40, y - 40)
            page.wait_for_timeout(200)
            page.mouse.move(x, y)
            page.wait_for_function("dmHover.shown", timeout=20_000)
            found.append(page.evaluate("dmHover.shown - dmHover.moved"))
        return found


def lassos(browser: Browser, address: str) -> list[float]:
    """From the end of a lasso to the pictures of the first 60 patches in it."""
    with opened(browser, f"{address}?tab=map") as page:
        page.wait_for_selector("#map .dm-map[data-drawn]")
        page.wait_for_timeout(1000)
        box: Any = page.locator("#map .dm-map-plot").bounding_box()
        found = []
        for number in range(LASSOS):
            # A stroke that starts on an outline moves it, so take away the one before.
            page.mouse.dblclick(box["x"] + 60, box["y"] + 60)
            page.wait_for_timeout(1000)
            left, top = box["x"] + 120 + 70 * number, box["y"] + 80
            right, low = box["x"] + box["width"] - 150, box["y"] + box["height"] - 80
            page.mouse.move(left, top)
            page.mouse.down()
            for place in ((right, top), (right, low), (left, low), (left, top + 5)):
                page.mouse.move(*place, steps=2)
            page.mouse.up()
            found.append(page.evaluate("dm.lasso(60)"))
        return found


def maps(browser: Browser, address: str) -> tuple[list[float], bool]:
    """From a press on *All labels* until all points are drawn; whether the page lives on."""
    with opened(browser, f"{address}?tab=map") as page:
        page.wait_for_selector("#map .dm-map[data-drawn]")
        found = [page.evaluate(f"dm.map('{ALL}')")]
        page.wait_for_timeout(3000)
        return found, bool(page.evaluate(ALIVE))


def measure(browser: Browser, name: str, folders: list[Path]) -> None:
    """The rows of one server."""
    start = time.monotonic()
    with serving(*folders) as (address, server):
        print(f"| {name}: opens | {1000 * (time.monotonic() - start):,.0f} | | | |", flush=True)
        if name in ("embedded", "10^6"):
            line(f"{name}: first pictures", loads(browser, address), "< 2,000")
            asked = "p95 <= 300" if name == "embedded" else "p95 <= 500"
            line(f"{name}: label switch", switches(browser, address), asked)
            line(f"{name}: crop under the pointer", hovers(browser, address), "150")
        if name == "10^4":
            line(f"{name}: lasso to 60 pictures", lassos(browser, address), "<= 400")
        if name in ("10^5", "10^6"):
            times, lives = maps(browser, address)
            asked = f"<= 4,000, no crash: {'none' if lives else 'CRASHED'}"
            line(f"{name}: map drawn", times, asked)
        print(f"| {name}: memory of the server, MB | {memory(server.pid):,.0f} | | | |", flush=True)


def main(folder: Path) -> None:
    """Make what is not there, then measure."""
    for name, (patches, labels) in SIZES.items():
        if not (folder / name / "atlas.json").exists():
            make(folder / name, patches, labels, 16)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    print("| milliseconds | median | p95 | largest | asked |\n|---|---|---|---|---|", flush=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS.split())
        for name in ("embedded", *SIZES):
            measure(browser, name, [] if name == "embedded" else [folder / name])
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
