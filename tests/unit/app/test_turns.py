"""Events of one visitor that overlap, through gradio's own way of calling them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import gradio as gr
import pytest
from fastapi.testclient import TestClient
from gradio.routes import App

from diffmine.app.parts import LAST
from diffmine.app.turns import held, in_turn

Call = Callable[..., Any]


class Counter:
    """A page with a number that two buttons change, and a third reads."""

    def __init__(self) -> None:
        self.began, self.go_on = Event(), Event()
        with gr.Blocks() as self.blocks:
            self.number, self.other = held(1), held("")
            self.text = gr.Textbox()
            ask: dict[str, Any] = {"queue": False}
            both = [self.number, self.text]
            gr.Button().click(self.slow, [self.number], both, **ask)
            gr.Button().click(self.quick, [self.number], both, **ask)
            gr.Button().click(self.read, [self.number], self.text, **ask)
            gr.Button().click(self.both, [self.other], [self.number, self.other], **ask)
            gr.Button().click(self.set, None, [self.number, self.text], **ask)
        in_turn(self.blocks)

    def slow(self, number: int) -> dict[Any, Any]:
        self.began.set()
        assert self.go_on.wait(30)
        return {self.number: number + 1, self.text: str(number + 1)}

    def quick(self, number: int) -> dict[Any, Any]:
        return {self.number: number * 10, self.text: str(number * 10)}

    def read(self, number: int) -> str:
        return str(number)

    def both(self, other: str) -> dict[Any, Any]:
        return {self.number: 7, self.other: f"{other}x"}

    def set(self, request: gr.Request) -> dict[Any, Any]:
        return {self.number: 3, self.text: str(request.query_params.get("a"))}


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def call(counter: Counter) -> Iterator[Call]:
    """Press a button in a session; the text that comes back, None where there is none."""
    with TestClient(App.create_app(counter.blocks)) as client:

        def press(name: str, session: str = "one") -> Any:
            number = next(at for at, event in counter.blocks.fns.items() if event.name == name)
            event = counter.blocks.fns[number]
            data = [None] * len(event.inputs)
            asked = {"fn_index": number, "data": data, "session_hash": session}
            answer = client.post("/gradio_api/run/predict", json=asked)
            assert answer.status_code == 200, answer.text
            return next((each for each in answer.json()["data"] if isinstance(each, str)), None)

        yield press


@pytest.mark.parametrize("then", ["quick", "read"])
def test_an_event_begins_from_what_the_one_before_it_left(
    counter: Counter, call: Call, then: str
) -> None:
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(call, "slow")
        assert counter.began.wait(30)
        second = pool.submit(call, then)
        with pytest.raises(TimeoutError):
            second.result(0.5)
        counter.go_on.set()
        assert first.result(30) == "2"
        assert second.result(30) == ("20" if then == "quick" else "2")
    assert call("read") == ("20" if then == "quick" else "2")


def test_another_visitor_does_not_wait(counter: Counter, call: Call) -> None:
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(call, "slow", "one")
        assert counter.began.wait(30)
        assert call("quick", "two") == "10"
        counter.go_on.set()
        assert first.result(30) == "2"


def test_a_state_is_written_that_is_no_input(call: Call) -> None:
    call("both")
    assert call("read") == "7"
    assert call("set") == "None"
    assert call("read") == "3"


def test_what_fails_leaves_the_state_to_the_next(counter: Counter, call: Call) -> None:
    counter.go_on.wait = lambda _: False  # type: ignore[method-assign]
    with pytest.raises(AssertionError):
        call("slow")
    assert call("quick") == "10"


def test_a_generator_may_read_a_state_but_not_change_it() -> None:
    def several(number: int) -> Iterator[Any]:
        yield {}

    with gr.Blocks() as blocks:
        number = held(1)
        gr.Button().click(several, [number], [number], **LAST)
    with pytest.raises(ValueError, match="several would hold"):
        in_turn(blocks)
