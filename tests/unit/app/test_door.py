"""Whatever a handler meets, its visitor reads a sentence."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from fastapi.testclient import TestClient
from gradio.routes import App
from httpx import Response

from diffmine.app.door import one_door
from diffmine.app.page import build
from diffmine.app.tabs import TABS
from diffmine.errors import AtlasError, DiffmineError

NAME = "1910-top-0002"
WIDE = [[-99, -99], [99, -99], [99, 99], [-99, 99]]
ANYTHING = {"index": 1, "id": NAME, "key": NAME, "point": 1, "outline": WIDE, "fields": {}}
"""What some event of a component may say, all at once."""
LAZY = ["features/part-00000.parquet", "translations/part-00000.parquet", "trends.parquet"]
"""Files that are first read when someone asks for what is in them."""


class Asked:
    """A page and one visitor of it."""

    def __init__(self, blocks: gr.Blocks) -> None:
        one_door(blocks)
        self.blocks = blocks
        self.client = TestClient(App.create_app(blocks))

    def post(self, event: Any, data: Any = None) -> Response:
        body = {
            "data": [None] * len(event.inputs),
            "event_data": data,
            "fn_index": event._id,
            "session_hash": "visitor",
        }
        return self.client.post("/gradio_api/run/predict", json=body)

    def event(self, name: str) -> Any:
        return next(event for event in self.blocks.fns.values() if event.name == name)

    def tab(self, name: str) -> Response:
        place = [tab.name for tab in TABS].index(name)
        return self.post(self.event("on_tab"), {"index": place})


def said(answer: Response) -> str:
    """The sentence of an answer that is an error; empty for any other."""
    if answer.status_code == 200:
        return ""
    text = answer.json()["error"]
    assert isinstance(text, str)
    assert text[0].isupper() or text.startswith("shapes")
    assert text.endswith(".")
    assert "Traceback" not in text
    return text


def raising(error: Exception) -> Callable[[], None]:
    def handler() -> None:
        raise error

    return handler


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (AtlasError("The atlas is broken."), "The atlas is broken."),
        (gr.Error("Choose one first.", print_exception=False), "Choose one first."),
        (KeyError("Jane Roe.dcm"), "something in diffmine went wrong"),
        (OSError(5, "Input/output error", "Jane Roe.dcm"), "a file of this atlas cannot be read"),
    ],
)
def test_an_error_is_a_sentence_and_a_fault_a_line_of_the_log(
    error: Exception, sentence: str, caplog: pytest.LogCaptureFixture, capfd: Any
) -> None:
    with gr.Blocks() as blocks:
        gr.Button().click(raising(error), None, None, queue=False)
    with caplog.at_level(logging.WARNING, "diffmine.app"):
        text = said(Asked(blocks).post(blocks.fns[0]))
    assert sentence in text
    lines = [record.getMessage() for record in caplog.records if record.name == "diffmine.app"]
    ours = isinstance(error, DiffmineError | gr.Error)
    assert len(lines) == (0 if ours else 1)
    assert all("test_door.py" in line and line.split()[1][:-1] in text for line in lines)
    assert not any("Roe" in line for line in [*lines, text, *capfd.readouterr()])


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "shapes"))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def test_broken_files_cost_their_own_tabs_and_no_other(copy: Path) -> None:
    asked = Asked(build([copy]))
    for name in LAZY:
        cut(copy / name)
    answers = {tab.name: said(asked.tab(tab.name)) for tab in TABS}
    assert "trends.parquet" in answers["trends"]
    assert not any(str(copy.parent) in answer for answer in answers.values())
    assert "part-00000.parquet" in answers["translate"]
    assert not answers["typical"] + answers["elements"] + answers["map"] + answers["about"]
    assert "part-00000.parquet" in said(asked.post(asked.event("on_similar")))
    assert asked.client.get("/config").status_code == 200


def broken(copy: Path) -> Iterator[tuple[Path, Callable[[Path], Any]]]:
    for path in sorted(path for path in copy.rglob("*") if path.is_file()):
        for damage in (cut, Path.unlink, lambda path: path.write_bytes(b"junk" * 500)):
            yield path, damage


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("before", [True, False], ids=["before the page is made", "after"])
def test_any_broken_file_is_a_sentence_of_any_event(
    folder: Path, tmp_path: Path, before: bool
) -> None:
    tried = sentences = 0
    endings: set[str] = set()
    for number, (path, damage) in enumerate(list(broken(folder))):
        copy = Path(shutil.copytree(folder, tmp_path / str(number)))
        if before:
            damage(copy / path.relative_to(folder))
        try:
            asked = Asked(build([copy]))
        except DiffmineError as error:
            endings.add(str(error)[-1])
            continue
        if not before:
            damage(copy / path.relative_to(folder))
        sentences += sum(bool(said(asked.tab(tab.name))) for tab in TABS)
        for event in list(asked.blocks.fns.values()):
            if event.fn is not None:
                sentences += bool(said(asked.post(event, ANYTHING)))
                tried += 1
        assert asked.client.get("/config").status_code == 200
        shutil.rmtree(copy)
    print(f"{tried} events, {sentences} sentences")
    assert endings <= {"."}
    assert sentences > 100
