"""What is left out of gradio's work for an answer changes no answer."""

from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from fastapi.testclient import TestClient
from gradio.blocks import Blocks
from gradio.routes import App

from diffmine.app.light import AS_IT_IS, lighten
from diffmine.app.page import build

FILES = (gr.DownloadButton, gr.File, gr.ImageSlider)


def test_values_sent_as_they_are_are_those_gradio_would_send(desk: Any) -> None:
    tried = 0
    for panel in [desk.header, desk.inspector, *desk.panels.values()]:
        for component, value in panel.show(desk.first).items():
            plain = isinstance(component, gr.components.Component) and not isinstance(
                component, gr.State
            )
            if plain and isinstance(component, AS_IT_IS) and not isinstance(value, gr.blocks.Block):
                assert component.postprocess(value) == value
                tried += 1
    assert tried > 20


def test_only_events_with_files_are_left_to_gradio(folder: Path) -> None:
    slow = [event for event in build([folder]).fns.values() if event.outputs and event.postprocess]
    assert slow
    for event in slow:
        assert any(isinstance(output, FILES) for output in event.outputs)


@pytest.fixture
def page() -> Blocks:
    with gr.Blocks() as blocks:
        text, row = gr.Textbox("before", elem_id="text"), gr.Row()
        gr.Button().click(lambda: ("now", gr.Row(visible=False)), None, [text, row], queue=False)
    return blocks


def answer(blocks: Blocks) -> Any:
    client = TestClient(App.create_app(blocks))
    body = {"fn_index": 0, "data": [], "session_hash": "s"}
    return client.post("/gradio_api/run/predict", json=body).json()["data"]


def test_answers_and_the_page_stay_what_they_were(page: Blocks) -> None:
    heavy, config = answer(page), page.get_config_file()["components"]
    lighten(page)
    assert answer(page) == heavy
    assert page.get_config_file()["components"] == config


def test_a_visitor_costs_no_description_of_every_component(
    page: Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    lighten(page)
    client = TestClient(App.create_app(page))
    described: list[int] = []
    monkeypatch.setattr(gr.Textbox, "get_config", lambda self: described.append(1) or {})
    body = {"fn_index": 0, "data": [], "session_hash": "another"}
    assert client.post("/gradio_api/run/predict", json=body).status_code == 200
    assert not described
