"""What no button of the app sends: one clear message each, and no traceback in the log."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from tests.load.visitor import Served, Visitor

NAN, ENDLESS = float("nan"), float("inf")
SCRIPT = "<script>window.hit=1</script>"
NASTY: list[Any] = [
    None, True, -1, 10**9, 10**30, 1.5, NAN, -ENDLESS, "", "0", SCRIPT, "${window.hit=1}",
    "../../etc/passwd", "east-top-0001", "x" * 5000, [], [[]], [0], {}, {"id": "1900-top-0001"},
    {"__type__": "update"},
]  # fmt: skip
OUTLINES: list[Any] = [
    [[0, 0]], [[0, 0], [1, 1]], [[NAN, 0], [1, 1], [2, 2]], [[ENDLESS, 0], [1, 1], [0, 1]],
    [[0, 0, 0]] * 3, [["a", "b"]] * 3, [[0, 0]] * 2001, [[0], [1, 2], [3]], {"x": [1, 2, 3]},
]  # fmt: skip
FIELDS: list[Any] = [
    {"min": "nan"}, {"min": 3}, {"min": "1", "max": "0"}, {"since": "soon"}, {"group": "g1"},
    {"group": ["nobody"]}, {"group": [SCRIPT]}, {"group": [3]}, {"source": [None]}, {"clear": 1},
    {"group": ["g1"] * 201},
]  # fmt: skip
EVENTS = [
    ("labels", "choose_typical", "label"),
    ("labels", "choose_map", "label"),
    ("wall", "pick", "id"),
    ("similar-wall", "pick", "id"),
    ("elements", "open", "key"),
    ("map", "point", "point"),
    ("trend", "point", "point"),
    ("strip", "pick", "id"),
    ("atlas", "press", "key"),
    ("findings", "press", "key"),
]
CHOICES = [("kind", "input"), ("scope", "input"), ("trend-of", "input")]


def events() -> Iterator[tuple[str, str, Any, tuple[Any, ...]]]:
    """A component, its event, a payload, and values of its inputs."""
    for (name, event, key), value in itertools.product(EVENTS, NASTY):
        yield name, event, {key: value}, ()
    for name, event, _ in EVENTS:
        for payload in (None, [], "0", 7, {"other": 0}):
            yield name, event, payload, ()
    for outline in (*NASTY, *OUTLINES):
        yield "map", "outline", {"outline": outline}, ()
    for name, event in CHOICES:
        for value in NASTY:
            yield name, event, None, (value,)


def test_each_gets_one_clear_message_and_no_traceback(app: Served) -> None:
    visitor, asked = Visitor(app.address), 0
    try:
        for name, event, payload, values in events():
            answer = visitor.post(name, event, payload, values)
            said = f"{name}.{event} {str(payload)[:80]} {str(values)[:80]}: {answer.text[:200]}"
            assert answer.status_code == 500, said
            message = answer.json()["error"]
            assert isinstance(message, str), said
            assert message[0].isupper(), said
            assert message.endswith("."), said
            assert len(message) < 120, said
            asked += 1
        assert asked > 200
        found = visitor.send("labels", "choose_typical", {"label": "1910"})
        assert found["wall"]["items"][0]["id"] == "1910-top-0001"
    finally:
        visitor.close()
    assert "Traceback" not in app.log.read_text()


@pytest.mark.parametrize("fields", [*NASTY, *FIELDS], ids=lambda value: repr(value)[:30])
def test_filters_that_cannot_be_meant_are_said_in_the_form(app: Served, fields: Any) -> None:
    visitor = Visitor(app.address)
    try:
        found = visitor.send("filters", "filter", {"fields": fields})
    finally:
        visitor.close()
    empty = isinstance(fields, dict) and not set(fields) & {
        "min",
        "since",
        "group",
        "source",
        "clear",
    }
    assert bool(found["filters"].get("wrong")) != empty
    assert "Traceback" not in app.log.read_text()


def test_crops_of_what_is_not_there_are_none(app: Served) -> None:
    visitor = Visitor(app.address)
    try:
        known = {"atlas": "shapes", "label": "1900", "points": [0]}
        assert visitor.crops(known)["texts"]
        for key, value in itertools.product(known, NASTY):
            if (key, value) in (("label", None), ("points", [0])):
                continue  # all labels; the first point
            assert visitor.crops(known | {key: value}) is None, (key, value)
        for data in NASTY:
            assert visitor.crops(data) is None
    finally:
        visitor.close()
    assert "Traceback" not in app.log.read_text()
