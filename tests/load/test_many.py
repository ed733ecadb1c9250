"""Many visitors at once: nobody gets an error or another one's answer."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from tests.load.visitor import Served, Visitor
from tests.unit.app.make_atlas import LABELS

WIDE = [[-99, -99], [99, -99], [99, 99], [-99, 99]]


class Person:
    """One who looks at a label and a rank of their own, and at what comes back."""

    def __init__(self, visitor: Visitor, number: int) -> None:
        self.visitor, self.number = visitor, number
        self.label, self.rank = LABELS[0], 1
        self.steps = (
            self.choose, self.pick, self.similar, self.random, self.elements, self.map,
            self.lasso, self.crops,
        )  # fmt: skip

    def act(self, turn: int) -> None:
        """The next action, under another label each time round."""
        if turn % len(self.steps) == 0:
            self.label = LABELS[(self.number + turn // len(self.steps)) % len(LABELS)]
            self.rank = 1 + (7 * self.number + turn) % 100
        self.steps[turn % len(self.steps)]()

    @property
    def at(self) -> int:
        return LABELS.index(self.label)

    def own(self, wall: dict[str, Any], kind: str = "top") -> None:
        assert wall["items"]
        assert all(item["id"].startswith(f"{self.label}-{kind}-") for item in wall["items"])

    def choose(self) -> None:
        self.visitor.send("kind", "input", values=("top",))
        found = self.visitor.send("labels", "choose_typical", {"label": self.label})
        self.own(found["wall"])
        assert found["labels"]["current"] == self.at

    def pick(self) -> None:
        name = f"{self.label}-top-{self.rank:04d}"
        found = self.visitor.send("wall", "pick", {"id": name})
        assert found["viewer"]["title"] == f"No. {self.rank} of 120, most typical of {self.label}"

    def similar(self) -> None:
        self.own(self.visitor.send("similar", "click")["similar-wall"])

    def random(self) -> None:
        self.own(self.visitor.send("kind", "input", values=("random",))["wall"], "random")

    def elements(self) -> None:
        found = self.visitor.send("labels", "choose_elements", {"label": self.label})
        self.own(found["element-wall"])

    def map(self) -> None:
        found = self.visitor.send("labels", "choose_map", {"label": self.label})
        scope = found["map"]["scope"]
        assert (scope["atlas"], scope["label"]) == ("shapes", self.label)
        assert found["map"]["n"] == 120

    def lasso(self) -> None:
        self.own(self.visitor.send("map", "outline", {"outline": WIDE})["map-wall"])

    def crops(self) -> None:
        asked = {"atlas": "shapes", "label": self.label, "points": [self.rank - 1]}
        (text,) = self.visitor.crops(asked)["texts"]
        assert text.startswith(f"{self.label}, No. {self.rank}:")


def visit(address: str, number: int, actions: int) -> dict[str, list[float]]:
    """The seconds of all that one person asked for, and of a handler that does nothing."""
    visitor = Visitor(address)
    try:
        person = Person(visitor, number)
        for turn in range(actions):
            person.act(turn)
            visitor.send("nothing", "click")
    finally:
        visitor.close()
    return visitor.seconds


@pytest.mark.parametrize(
    ("people", "actions"),
    [(10, 10), pytest.param(50, 20, marks=[pytest.mark.slow, pytest.mark.timeout(900)])],
)
def test_nobody_gets_an_error_or_anothers_answer(
    app: Served, people: int, actions: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with ThreadPoolExecutor(people) as pool:
        asked = [pool.submit(visit, app.address, number, actions) for number in range(people)]
        found = [each.result() for each in asked]
    with capsys.disabled():
        for kind in ("action", "nothing"):
            seconds = np.concatenate([each[kind] for each in found])
            p50, p95 = 1000 * np.percentile(seconds, [50, 95])
            print(
                f"\n{people} people, {kind}: {len(seconds)} times, {p50:.0f} ms, p95 {p95:.0f} ms"
            )
    assert "Traceback" not in app.log.read_text()
