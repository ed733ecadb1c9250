"""The search of the header: cards that lead to labels, elements and images."""

from typing import Any

import pytest

from diffmine.app.search import MOST
from tests.unit.app.events import event, shown


def test_a_card_leads_to_an_image_that_was_searched(desk: Any) -> None:
    found = desk.header.search
    value = found.on_search(desk.first, " 1920/04.png ")
    assert value["heading"] == "“1920/04.png”: 0 labels, 0 elements, 1 image"
    (card,) = value["cards"]
    updates = found.on_result(desk.first, event(key=card["key"]))
    facts = shown(desk, updates, desk.inspector.viewer)["facts"]
    assert ["image", "1920/04.png", ""] in [list(fact) for fact in facts]
    assert updates[desk.state].label == "1920"


def test_labels_and_elements_stand_before_images(desk: Any) -> None:
    found = desk.header.search
    value = found.on_search(desk.first, "19")
    titles = [card["title"] for card in value["cards"]]
    assert titles[:4] == ["1900", "1910", "1920", "1930"]
    assert len(titles) == MOST
    assert value["heading"].endswith(f"; the first {MOST} are shown")
    elements = found.on_search(desk.first, "element 2")["cards"]
    view = found.on_result(desk.first, event(key=elements[1]["key"]))[desk.state]
    assert (view.tab, view.label, view.element) == ("elements", "1910", 1)


@pytest.mark.parametrize("text", [None, 3, "", "  ", ["1920"]])
def test_what_is_no_text_finds_nothing(desk: Any, text: Any) -> None:
    assert desk.header.search.on_search(desk.first, text)["cards"] == []
