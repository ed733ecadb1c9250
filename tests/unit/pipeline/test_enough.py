"""Ctrl-C while a model is trained."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from diffmine.engine import phase
from diffmine.errors import Enough
from diffmine.pipeline.enough import asked_to_end


@pytest.fixture(autouse=True)
def interrupts() -> Iterator[None]:
    """As Python starts: a runner of tests may have begun without them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press() -> None:
    signal.raise_signal(signal.SIGINT)


def test_the_first_ends_the_training_and_the_next_stops_the_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    heard: list[int] = []
    with asked_to_end(lambda stage, done, total, unit, note="": heard.append(done)) as say:
        say("finetune", 7, 2000, "steps")
        press()
        assert "Training ends after this step (7 of 2,000)" in capsys.readouterr().err
        with pytest.raises(Enough, match="step 8 of 2,000"):
            say("finetune", 8, 2000, "steps")
        phase(say, "finetune", "drawing samples of its labels")
        with pytest.raises(KeyboardInterrupt):
            press()
    assert heard == [7, 8, 0]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_two_at_once_stop_the_command() -> None:
    with asked_to_end(lambda *event: None) as say:
        say("finetune", 7, 2000, "steps")
        press()
        with pytest.raises(KeyboardInterrupt):
            press()


@pytest.mark.parametrize(
    "event",
    [
        ("finetune", 0, 2000, "steps"),  # there is nothing to keep
        ("finetune", 2000, 2000, "steps"),
        ("finetune", 3, 20, "images encoded"),
        ("typicality", 3, 20, "images"),
    ],
)
def test_at_another_time_one_stops_the_command(event: tuple[str, int, int, str]) -> None:
    with asked_to_end(lambda *event: None) as say:
        say(*event)
        with pytest.raises(KeyboardInterrupt):
            press()


def test_of_several_processes_none_ends_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with asked_to_end(lambda *event: None) as say:
        say("finetune", 7, 2000, "steps")
        with pytest.raises(KeyboardInterrupt):
            press()
