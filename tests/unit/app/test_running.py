"""Jobs that outlive their page: followed from the beginning, one at a time, stopped when alone."""

import time
from collections.abc import Iterator
from threading import Event

import pytest

from diffmine.app import gpu, running
from diffmine.app.running import Runs
from diffmine.errors import ModelError


def until(true: object) -> None:
    """Wait until something is so, at most 10 seconds."""
    assert callable(true)
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_who_comes_late_sees_everything() -> None:
    go_on = Event()

    def work() -> Iterator[int]:
        yield 1
        go_on.wait(10)
        yield 2

    runs: Runs[int] = Runs()
    run = runs.begin(work)
    first = run.follow()
    assert next(first)[1] == 1
    first.close()
    go_on.set()
    assert [result for _, result in runs.find(run.key).follow()] == [1, 2]
    assert run.over
    assert runs.find("x" + run.key) is None


def test_one_works_and_the_other_waits() -> None:
    go_on, order = Event(), []

    def work(name: str) -> Iterator[str]:
        order.append(name)
        yield name
        go_on.wait(10)

    runs: Runs[str] = Runs()
    first, second = (runs.begin(lambda name=name: work(name)) for name in ("one", "two"))
    next(first.follow())
    assert order == ["one"]
    runs.stop(second.key)
    go_on.set()
    assert list(second.follow()) == []
    assert order == ["one"], "stopped before its turn came"


def test_a_stopped_job_closes_its_work_and_an_error_is_told() -> None:
    closed = Event()

    def work() -> Iterator[int]:
        try:
            while True:
                yield 1
                time.sleep(0.01)
        finally:
            closed.set()

    runs: Runs[int] = Runs()
    run = runs.begin(work)
    next(run.follow())
    runs.stop(run.key)
    assert closed.wait(10)
    until(lambda: run.over)

    def fails() -> Iterator[int]:
        yield 1
        raise ModelError("gone")

    with pytest.raises(ModelError, match="gone"):
        list(runs.begin(fails).follow())


def test_a_job_that_nobody_follows_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "GRACE", 0.2)

    def work() -> Iterator[int]:
        while True:
            yield 1
            time.sleep(0.02)

    run = Runs[int]().begin(work)
    next(run.follow())
    until(lambda: run.over)


def test_of_a_brief_job_the_last_result_alone_is_held_and_soon_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "GRACE", 1.0)
    runs: Runs[int] = Runs()
    run = runs.begin(lambda: (number for number in (1, 2, 3)), brief=True)
    until(lambda: run.over)
    assert [result for _, result in run.follow()] == [3]
    runs.forget(run.key)
    assert runs.find(run.key) is None
    assert list(run.follow()) == []
    alone = runs.begin(lambda: (number for number in (1, 2)), brief=True)
    assert runs.find(alone.key)
    until(lambda: runs.find(alone.key) is None)
    assert list(alone.follow()) == []


def test_a_brief_job_is_not_forgotten_while_it_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "GRACE", 0.8)
    end = time.monotonic() + 2

    def work() -> Iterator[int]:
        while time.monotonic() < end:
            yield 1
            time.sleep(0.05)
        yield 2

    run = Runs[int]().begin(work, brief=True)
    assert [result for _, result in run.follow()][-1] == 2


def test_on_zerogpu_the_request_itself_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "ON_ZERO", True)
    run = Runs[int]().begin(lambda: iter([1, 2]))
    assert [result for _, result in run.follow()] == [1, 2]
