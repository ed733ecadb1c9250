"""Engines: what they promise, and workers that are killed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from diffmine.engine import ENGINES, Engine, Processes, engine_of, here
from diffmine.errors import Cancelled, DataError, EngineError, UsageError
from tests.unit.engine import work


def ignore(place: int, done: int | float, note: str) -> None:
    pass


@pytest.fixture(scope="module")
def processes() -> Iterator[Processes]:
    engine = Processes(2)
    yield engine
    engine.close()


@pytest.fixture(params=["here", "processes"])
def engine(request: pytest.FixtureRequest, processes: Processes) -> Engine:
    return here if request.param == "here" else processes


def test_every_piece_has_its_result_and_is_heard_of(engine: Engine) -> None:
    heard: list[tuple[int, int | float, str]] = []
    results = dict(engine.map(work.doubled, [5, 6, 7], lambda *told: heard.append(told)))
    assert results == {0: 10, 1: 12, 2: 14}
    assert sorted(heard) == [(place, 0.5, "half") for place in range(3)]


def test_no_pieces_no_results(engine: Engine) -> None:
    assert list(engine.map(work.doubled, [], ignore)) == []


def test_an_error_is_raised_here_as_it_was_there(engine: Engine) -> None:
    with pytest.raises(DataError, match=r"^One sentence\.$"):
        list(engine.map(work.wrong, [0, 1, 2], ignore))
    with pytest.raises(ZeroDivisionError):
        list(engine.map(work.broken, [1, 0], ignore))
    # and the engine is none the worse for it
    assert dict(engine.map(work.doubled, [1], ignore)) == {0: 2}


def test_a_killed_worker_costs_its_piece_alone(processes: Processes, tmp_path: Path) -> None:
    pieces = [(tmp_path, number) for number in range(6)]
    assert dict(processes.map(work.counted, pieces, ignore)) == {n: n for n in range(6)}
    assert (tmp_path / "ended").exists()
    done = sorted(path.name.split("-")[0] for path in tmp_path.glob("*-*"))
    assert done == list("012345")


def test_what_kills_every_worker_is_said_in_one_sentence(processes: Processes) -> None:
    with pytest.raises(EngineError, match="ended by signal 9 3 times at the same work"):
        list(processes.map(work.deadly, [0], ignore))


def test_a_stop_ends_the_workers(tmp_path: Path) -> None:
    engine = Processes(2)

    def stop(place: int, done: int | float, note: str) -> None:
        raise Cancelled("stopped")

    began = time.monotonic()
    with pytest.raises(Cancelled):
        list(engine.map(work.slow, [tmp_path / "a", tmp_path / "b"], stop))
    assert time.monotonic() - began < 50
    for path in tmp_path.iterdir():
        with pytest.raises(ProcessLookupError):
            os.kill(int(path.name.split("-")[1]), 0)


@pytest.mark.parametrize(
    "text", ["processes:0", "processes:", "processes:two", "cloud:3", "here:3"]
)
def test_what_means_no_engine_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        engine_of(text)


def test_engines_are_found_by_name() -> None:
    assert engine_of("here") is here
    many = engine_of("processes:3")
    assert isinstance(many, Processes)
    assert many.count == 3
    assert set(ENGINES) == {"here", "processes", "ray"}


def test_each_worker_has_a_device_of_its_own() -> None:
    engine = Processes(2, devices=["cpu:0", "cpu:1"])
    try:
        answers = dict(dict(engine.map(work.device, [1] * 6, lambda *told: None)).values())
    finally:
        engine.close()
    assert len(answers) == 2
    assert sorted(answers.values()) == ["cpu:0", "cpu:1"]
