"""What a log hears of long work."""

from __future__ import annotations

import re
import sys

import pytest

from diffmine.engine import phase
from diffmine.pipeline import progress


class Clock:
    """A clock that tests set; `lines` is what was printed since."""

    def __init__(self, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.now: float = 100
        self._capsys = capsys
        patch.setattr(progress.time, "monotonic", lambda: float(self.now))
        patch.setattr(sys.stderr, "isatty", lambda: False, raising=False)

    def lines(self) -> list[str]:
        return self._capsys.readouterr().err.splitlines()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Clock:
    return Clock(monkeypatch, capsys)


def test_time_left_is_said_once_something_was_done(clock: Clock) -> None:
    say = progress._Lines()
    say("typicality", 0, 40, "images", "50 rows/s")
    clock.now = 106
    say("typicality", 0, 40, "images", "50 rows/s")
    clock.now = 130
    say("typicality", 10, 40, "images", "50 rows/s")
    first, second, third = clock.lines()
    assert first == second == "typicality: 0/40 images 50 rows/s"
    assert re.fullmatch(r"typicality: 10/40 images 20\.0/min 50 rows/s 90 s left", third)


def test_the_end_is_said_once(clock: Clock) -> None:
    say = progress._Lines()
    for done in (0, 1, 2, 2, 2):
        clock.now += 1
        say("cluster", done, 2, "images")
    assert clock.lines() == ["cluster: 0/2 images", "cluster: 2/2 images 1.0/s"]


def test_time_left_is_not_misled_by_a_slow_beginning(clock: Clock) -> None:
    """Compiling took 50 seconds; a piece takes one: after a tenth 90 are left, not 150."""
    say = progress._Lines()
    say("finetune", 0, 100, "steps")
    for step in range(1, 26):
        clock.now = 150 + step
        say("finetune", step, 100, "steps")
    assert clock.lines()[-1] == "finetune: 21/100 steps 1.0/s 79 s left"


def test_lines_come_every_five_seconds_then_every_fifteen(clock: Clock) -> None:
    say = progress._Lines()
    for second in range(121):
        clock.now = 100 + second
        say("finetune", second, 1000, "steps")
    at = [int(re.search(r" (\d+)/", line).group(1)) for line in clock.lines()]  # type: ignore[union-attr]
    assert at == [*range(0, 56, 5), 70, 85, 100, 115]


def test_a_stage_is_named_within_two_seconds_and_then_again(clock: Clock) -> None:
    say = progress._Lines()
    phase(say, "cluster")
    for half in range(16):
        clock.now = 100 + half / 2
        say.beat(float(clock.now))
    assert clock.lines() == ["cluster: at work", "cluster: at work, 6 s"]


def test_a_stage_that_is_done_at_once_is_not_named(clock: Clock) -> None:
    say = progress._Lines()
    phase(say, "mine")
    clock.now += 0.5
    say.beat(float(clock.now))
    phase(say, "trends")
    assert clock.lines() == []


def test_what_takes_long_without_a_piece_done_is_named_at_once(clock: Clock) -> None:
    say = progress._Lines()
    say("finetune", 20, 20, "steps")
    phase(say, "finetune", "drawing samples")
    clock.now += 5
    say.beat(float(clock.now))
    phase(say, "finetune", "writing the model")
    assert clock.lines() == [
        "finetune: 20/20 steps",
        "finetune: drawing samples",
        "finetune: drawing samples, 5 s",
        "finetune: writing the model",
    ]


def test_silence_is_broken_while_a_piece_takes_long(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a thread: nobody calls."""
    monkeypatch.setattr(progress, "_AT_FIRST", 0.2)
    monkeypatch.setattr(progress, "_PATIENCE", 0.1)
    import time

    with progress.shown() as say:
        say("translate", 1, 4, "patches")
        time.sleep(1)
    assert capsys.readouterr().err.count("translate: 1/4 patches") >= 2


def test_what_has_begun_is_named_before_anything_is_loaded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress.shown("build"):
        assert capsys.readouterr().err == "build: loading\n"
