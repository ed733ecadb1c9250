"""How long each step of a clinician's task takes, beside a handler that does nothing.

    python -m benchmarks.clinician

serves the embedded atlases, goes in a real Chromium from the list of atlases to the drawn chest
films, to a finding, its warning, a film in the full screen with window, heat map and another film
of the patient beside it, and to a file of results; and prints what each step took from the press to
what it brings, by the page's own clock (clinician.js). A step should take at most a second; where
the machine is busy, at most as long as three handlers that do nothing in the same run.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from diffmine.app.page import embedded
from diffmine.atlas.reader import Atlas, open_atlas
from tests.helpers import FLAGS, serving

ROUNDS = 5
LABEL = "Pneumothorax"
SECOND, TIMES = 1000.0, 3
"""What a step may take in milliseconds, or in handlers that do nothing."""
SCRIPT = Path(__file__).with_suffix(".js").read_text("utf-8")
SERVE = """
import itertools, sys
import gradio as gr
from diffmine.app.page import build, serve
from diffmine.app.parts import QUIET
blocks, count = build(sys.argv[2:]), itertools.count(1)
with blocks:
    told = gr.HTML("0", elem_id="nothing-told", visible="hidden")
    button = gr.Button(visible="hidden", elem_id="nothing")
    button.click(lambda: str(next(count)), None, [told], **QUIET)
serve(blocks, port=int(sys.argv[1]))
"""
Step = tuple[str, str, Callable[[Page], None]]
"""What a step is called, what of the page it brings (clinician.js), and how it is taken."""


def patch_beside(atlas: Atlas) -> tuple[str, str]:
    """The first patch of the label whose patient has another film, and that film."""
    rows = atlas.table("images").to_pylist()
    films = Counter(row["group"] for row in rows)
    for patch in atlas.patches(LABEL):
        group = atlas.image(patch.image_id)["group"]
        if films[group] > 1:
            names = (row["image_id"] for row in rows if row["group"] == group)
            return patch.patch_id, next(name for name in names if name != patch.image_id)
    raise SystemExit(f"No patient with {LABEL} has two films.")


def steps(atlas: Atlas) -> list[Step]:
    """The task."""
    patch, other = patch_beside(atlas)

    def press(name: str) -> Callable[[Page], None]:
        return lambda page: page.locator(name).first.click()

    def drag(page: Page) -> None:
        place = page.locator(".dm-pane").first.bounding_box()
        assert place
        x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x - 80, y + 40, steps=3)
        page.mouse.up()

    return [
        ("the atlas of films", "gate", press(f"#atlas button:has-text('{atlas.manifest.title}')")),
        ("research use accepted", "wall", press("dialog[open] button")),
        ("a finding", "label", press(f"#labels button:has-text('{LABEL}')")),
        ("the patches of its warning", "doubts", press("#doubts button")),
        ("a patch", "patch", press(f"#wall .dm-patch[data-id='{patch}']")),
        ("the full screen", "screen", press("#viewer .dm-larger")),
        ("a drag of the window", "window", drag),
        ("the heat map", "heat", lambda page: page.locator(".dm-tools")
         .get_by_label("Heat map", exact=True).check()),
        ("another film of the patient", "beside", lambda page: page.get_by_label("Compare with")
         .select_option(f"image:{other}") and None),
        ("back", "closed", lambda page: page.keyboard.press("Escape")),
        ("into the basket", "basket", press("#add")),
        ("the basket opened", "buttons", press("#basket button")),
        ("its table (CSV)", "file", press("#basket-csv")),
    ]  # fmt: skip


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[Page]:
    """A page of a visitor who was never here."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(SCRIPT)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(address)
    page.locator("#wall .dm-patch").first.wait_for()
    yield page
    context.close()


def once(page: Page, task: list[Step]) -> Iterator[tuple[str, float, float]]:
    """Of each step its name and milliseconds, and those of a handler that does nothing then."""
    for name, brings, take in task:
        page.evaluate("name => dm.await(name)", brings)
        take(page)
        page.wait_for_function("dm.took()")
        yield name, float(page.evaluate("dm.took()")), float(page.evaluate("dm.nothing()"))


def main() -> None:
    """Take the task several times, and print a table."""
    folder = next(path for path in embedded() if path.name == "chest")
    task = steps(open_atlas(folder))
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    times: dict[str, list[float]] = {name: [] for name, *_ in task}
    nothing: list[float] = []
    with serving(code=SERVE) as (address, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS.split())
        for _ in range(ROUNDS):
            with opened(browser, address) as page:
                for name, took, idle in once(page, task):
                    times[name].append(took)
                    nothing.append(idle)
        browser.close()
    report(times, nothing)


def report(times: dict[str, list[float]], nothing: list[float]) -> None:
    """The table: medians and largest in milliseconds, beside those of nothing."""
    half, most = np.percentile(nothing, [50, 100])
    allowed = max(SECOND, TIMES * half)
    print("| step | median, ms | largest, ms | of a handler that does nothing | |")
    print("|---|---|---|---|---|")
    for name, own in times.items():
        middle, largest = np.percentile(own, [50, 100])
        verdict = "" if largest <= allowed else "too long"
        print(f"| {name} | {middle:,.0f} | {largest:,.0f} | {middle / half:.1f} x | {verdict} |")
    print(f"| a handler that does nothing | {half:,.0f} | {most:,.0f} | | |")
    load = ", ".join(f"{number:.1f}" for number in os.getloadavg())
    print(f"{ROUNDS} times each; load {load} on {os.cpu_count()} cores; at most {allowed:,.0f} ms.")


if __name__ == "__main__":
    main()
