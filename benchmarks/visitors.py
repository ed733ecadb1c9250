"""How long many visitors wait, beside a handler that does nothing in the same run.

    python -m benchmarks.visitors

serves a small atlas whose model is random, lets 50 visitors do 20 things each, and then one visitor
browse while nothing else runs and while a translation does. Prints medians, 95th percentiles and
their ratios. Everything is on one machine: its load is printed too, as it decides the times.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Thread

import httpx
import numpy as np

from diffmine.app.tabs import TABS
from diffmine.model.tiny import make_random
from tests.helpers import serving
from tests.load.conftest import SERVE
from tests.load.test_many import Person, visit
from tests.load.visitor import Visitor
from tests.unit.app.make_atlas import LABELS, make_atlas

PEOPLE, ACTIONS, BROWSED = 50, 20, 120
STEPS = 900
"""Steps of the translation: enough of them that it outlasts the browsing."""


def p95(what: str, seconds: list[float]) -> float:
    """The 95th percentile in seconds; prints it and the median."""
    half, most = np.percentile(seconds, [50, 95])
    print(f"{what}: {len(seconds)} times, {1000 * half:.0f} ms, p95 {1000 * most:.0f} ms")
    return float(most)


def crowd(address: str) -> None:
    """Many at once."""
    with ThreadPoolExecutor(PEOPLE) as pool:
        asked = [pool.submit(visit, address, number, ACTIONS) for number in range(PEOPLE)]
        seconds = [one.result() for one in asked]
    most = {
        kind: p95(f"{PEOPLE} visitors, {what}", [time for one in seconds for time in one[kind]])
        for kind, what in (("action", "actions"), ("nothing", "a handler that does nothing"))
    }
    print(f"ratio of the p95: {most['action'] / most['nothing']:.2f}")


def browse(visitor: Visitor) -> list[float]:
    """The seconds of what one visitor does alone."""
    visitor.seconds.clear()
    person = Person(visitor, 0)
    for turn in range(BROWSED):
        person.act(turn)
    return visitor.seconds["action"]


def beside_work(address: str) -> None:
    """One visitor alone, then while another one's translation runs."""
    visitor, other = Visitor(address), Visitor(address)
    browse(visitor)
    idle = p95("browsing", browse(visitor))
    other.send("wall", "pick", {"id": f"{LABELS[0]}-top-0050"})
    other.send("tabs", "select", {"index": [tab.name for tab in TABS].index("translate")})
    asked = ("run", "click", None, (LABELS[1:], "pnp", False))

    steps: list[float] = []

    def translate() -> None:
        with suppress(httpx.HTTPError):  # the server is stopped before it is done
            for line in other.stream(*asked):
                steps.extend([time.monotonic()] if "process_generating" in line else [])

    work = Thread(target=translate, daemon=True)
    work.start()
    while len(steps) < 4 and work.is_alive():  # the model is loaded and asked
        time.sleep(0.1)
    began = time.monotonic()
    most = p95("browsing during a translation", browse(visitor))
    assert work.is_alive(), "the translation ended before the browsing did"
    print(f"{sum(step > began for step in steps)} steps of it were told meanwhile")
    print(f"ratio of the p95: {most / idle:.2f}")


def main() -> None:
    """Make the atlas, serve it and print."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    with tempfile.TemporaryDirectory() as root:
        shapes = Path(root) / "shapes"
        make_random(Path(root) / "model", tuple(LABELS))
        make_atlas(shapes, model="../model")
        manifest = json.loads((shapes / "atlas.json").read_text())
        manifest["config"]["translate"]["steps"] = STEPS
        (shapes / "atlas.json").write_text(json.dumps(manifest))
        with serving(shapes, log=Path(root) / "log", code=SERVE) as (address, _):
            crowd(address)
            beside_work(address)


if __name__ == "__main__":
    main()
