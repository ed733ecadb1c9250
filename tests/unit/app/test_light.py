"""What is left out of gradio's work for an answer changes no answer."""

from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from fastapi.testclient import TestClient
from gradio.blocks import Blocks
from gradio.routes import App

from diffmine.app.light import lighten
from diffmine.app.page import build
from diffmine.app.tabs import TABS
from tests.unit.app.make_atlas import LABELS

STAYS = {"__type__": "update"}
HTML_STAYS = {"props": STAYS, "__type__": "update"}
"""What is sent of an output that an event leaves as it is, and what gradio sends of a gr.HTML."""


class Asked:
    """A page and one visitor of it."""

    def __init__(self, blocks: Blocks) -> None:
        self.blocks = blocks
        self.client = TestClient(App.create_app(blocks))

    def post(self, event: Any, data: Any = None) -> Any:
        body = {
            "data": [None] * len(event.inputs),
            "event_data": data,
            "fn_index": event._id,
            "session_hash": "visitor",
        }
        answer = self.client.post("/gradio_api/run/predict", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def named(self, name: str) -> list[Any]:
        return [event for event in self.blocks.fns.values() if event.name == name]


def visit(asked: Asked) -> list[Any]:
    """The answers to one visitor: every tab opened, another label, a patch, an element."""
    (tabs,) = asked.named("on_tab")
    answers = []
    for at in range(len(TABS) - 1):  # all but Evaluate, which this atlas lacks
        answers.append(asked.post(tabs, {"index": at}))
        label = {"label": LABELS[at % 3], "atlas": "shapes"}
        answers.append(asked.post(asked.named("on_label")[at], label))
    answers += [asked.post(event, {"id": "1910-top-0002"}) for event in asked.named("on_pick")]
    return answers


def test_every_answer_is_what_gradio_would_send(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    light = visit(Asked(build([folder])))
    monkeypatch.setattr("diffmine.app.page.lighten", lambda blocks: None)
    heavy = visit(Asked(build([folder])))
    assert len(light) == len(heavy) > 15
    for at, (one, other) in enumerate(zip(light, heavy, strict=True)):
        assert one == [
            STAYS if value == HTML_STAYS else _as_held(value, own)
            for value, own in zip(other, one, strict=True)
        ], at


def _as_held(value: Any, own: Any) -> Any:
    """Gradio makes a component anew that an event leaves as it is, and that one holds nothing."""
    if isinstance(own, dict) and "held" in own and not isinstance(value, dict):
        return {**own, "outline": value}
    return value


@pytest.fixture
def page() -> Blocks:
    """A page with an event that changes two of four outputs, one of them a file."""
    with gr.Blocks() as blocks:
        text, other, row, file = gr.Textbox(), gr.Textbox(), gr.Row(), gr.DownloadButton()

        def press() -> dict[Any, Any]:
            return {text: "now", file: __file__}

        gr.Button().click(press, None, [text, other, row, file], queue=False)
        gr.Button().click(lambda: ("now", gr.Row(visible=False)), None, [text, row], queue=False)
    return blocks


def test_only_what_changes_is_made_and_only_files_are_copied(
    page: Blocks, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    monkeypatch.chdir(Path(__file__).parent)  # gradio serves files that lie below
    asked = Asked(page)
    heavy = [asked.post(event) for event in page.fns.values()]
    config = page.get_config_file()["components"]
    lighten(page)
    worked: list[str] = []
    for kind in (gr.Textbox, gr.DownloadButton):
        given = kind.postprocess

        def noted(self: Any, value: Any, given: Any = given) -> Any:
            worked.append(type(self).__name__)
            return given(self, value)

        monkeypatch.setattr(kind, "postprocess", noted)
    asked = Asked(page)
    made: list[int] = []
    monkeypatch.setattr(gr.Row, "__init__", lambda self, **_: made.append(1))
    assert asked.post(page.fns[0]) == heavy[0]
    assert not made
    assert worked == ["DownloadButton"]
    monkeypatch.undo()
    assert asked.post(page.fns[1]) == heavy[1]
    assert page.get_config_file()["components"] == config


def test_an_output_that_is_not_the_event_s_is_still_an_error(page: Blocks) -> None:
    lighten(page)
    page.fns[0].fn = lambda: {gr.Textbox(): "elsewhere"}
    with pytest.raises(AssertionError):
        Asked(page).post(page.fns[0])


def test_a_visitor_costs_no_description_of_every_component(
    page: Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    lighten(page)
    asked = Asked(page)
    described: list[int] = []
    monkeypatch.setattr(gr.Textbox, "get_config", lambda self: described.append(1) or {})
    asked.post(page.fns[1])
    assert not described
