"""Links restore a view; nothing a browser sends is believed."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import gradio as gr
import pytest

from diffmine.app.shelf import Shelf
from diffmine.app.tabs import TABS
from diffmine.app.view import first_view, from_query, index, picked, polygon
from tests.unit.app.events import event


def tabs(shelf: Shelf) -> list[str]:
    return [tab.name for tab in TABS if tab.shown(shelf)]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"tab": "map", "label": "1930", "patch": "1930-top-0007"},
        {"kind": "least", "page": 0, "second": "1920"},
        {"page": 1, "label": "1910", "patch": "1920-random-0002"},
        {"tab": "elements", "element": 2},
        {"tab": "map", "scope": "all", "colour": "typicality"},
        {"tab": "map", "scope": "all", "colour": "labels", "kind": "least"},
        {"tab": "translate", "target": "1920", "into": ("1920", "1930")},
    ],
)
def test_a_link_restores_its_view(shelf: Shelf, changes: dict[str, Any]) -> None:
    view = replace(first_view(shelf), **changes)
    assert from_query({"shapes": shelf}, dict(parse_qsl(view.query())), tabs) == view


@pytest.mark.parametrize(
    "query",
    [
        {"atlas": "../../etc", "label": "<script>", "tab": "x", "patch": "x" * 10_000},
        {"kind": "best", "page": "-1", "element": "99", "beside": "nowhere"},
        {"page": "9" * 50, "element": "٣"},
    ],
)
def test_a_wrong_link_leads_to_the_beginning(shelf: Shelf, query: dict[str, str]) -> None:
    assert from_query({"shapes": shelf}, query, tabs) == first_view(shelf)


def test_a_page_past_the_end_is_the_last(shelf: Shelf) -> None:
    assert from_query({"shapes": shelf}, {"page": "500"}, tabs).page == 1


@pytest.mark.parametrize("value", [None, -1, 4, 1.0, "1", True, [1], float("nan")])
def test_an_index_is_a_whole_number_in_range(value: Any) -> None:
    with pytest.raises(gr.Error):
        index(event(index=value), "index", 4)


@pytest.mark.parametrize("name", [None, 3, "", "1900-top-9999", ["1900-top-0001"], {"a": 1}])
def test_only_known_patches_are_picked(shelf: Shelf, name: Any) -> None:
    with pytest.raises(gr.Error):
        picked(event(id=name), shelf)


@pytest.mark.parametrize(
    "outline",
    [
        None,
        [],
        [[0, 0]],
        [[0, 0]] * 5000,
        [["x", 1]] * 3,
        [[float("nan"), 0]] * 4,
        [[0, 0], [1]],
        "abc",
        {"a": 1},
        [[[0, 0]] * 3] * 3,
        [[1e400, 0]] * 3,
    ],
)
def test_an_outline_is_checked(outline: Any) -> None:
    with pytest.raises(gr.Error):
        polygon(event(outline=outline))
