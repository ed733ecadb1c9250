"""What a log hears of long work."""

import re

import pytest

from diffmine.pipeline import progress


def test_time_left_is_said_once_something_was_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter([100.0, 130.0, 160.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress.shown() as say:
        say("typicality", 0, 40, "images", "50 rows/s")
        say("typicality", 0, 40, "images", "50 rows/s")
        say("typicality", 10, 40, "images", "50 rows/s")
    first, second, third = capsys.readouterr().err.splitlines()
    assert first == second == "typicality: 0/40 images 50 rows/s"
    assert re.fullmatch(r"typicality: 10/40 images 0\.2/s 50 rows/s 180 s left", third)
