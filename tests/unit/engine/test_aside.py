"""A process beside this one: values in order, errors as they are."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from diffmine.engine.aside import Aside
from diffmine.errors import DataError, EngineError


@pytest.fixture(scope="module")
def aside() -> Iterator[Aside]:
    """One process for all."""
    one = Aside()
    yield one
    one.close()


def counted(to: int) -> Iterator[tuple[int, int]]:
    for number in range(to):
        yield number, os.getpid()


def noted(file: Path) -> Iterator[int]:
    for number in range(1000):
        file.write_text(str(number))
        yield number


def large() -> Iterator[np.ndarray]:
    yield np.arange(2**21)


def wrong() -> Iterator[int]:
    yield 1
    raise DataError("No such picture.")


def unforeseen() -> Iterator[int]:
    yield 1 // 0


def niceness() -> Iterator[int]:
    yield os.nice(0)


def loud() -> Iterator[int]:
    print("a library talks")
    yield 1


def last_breath() -> Iterator[int]:
    yield 1
    os.kill(os.getpid(), signal.SIGKILL)
    yield 2


def test_values_come_in_order_from_another_process(aside: Aside) -> None:
    values = list(aside.stream(counted, 5))
    assert [number for number, _ in values] == [0, 1, 2, 3, 4]
    assert {process for _, process in values}.isdisjoint({os.getpid()})


def test_values_may_be_large_and_libraries_may_print(aside: Aside) -> None:
    (value,) = aside.stream(large)
    assert np.array_equal(value, np.arange(2**21))
    assert list(aside.stream(loud)) == [1]


def test_two_are_read_in_turn(aside: Aside) -> None:
    one, two = aside.stream(counted, 3), aside.stream(counted, 3)
    pairs = [(first[0], second[0]) for first, second in zip(one, two, strict=True)]
    assert pairs == [(0, 0), (1, 1), (2, 2)]


def test_one_that_nobody_reads_goes_no_further(aside: Aside, tmp_path: Path) -> None:
    values = aside.stream(noted, tmp_path / "at")
    assert [next(values), next(values)] == [0, 1]
    list(aside.stream(counted, 50))
    assert (tmp_path / "at").read_text() == "1"
    values.close()  # type: ignore[attr-defined]
    assert len(list(aside.stream(counted, 2))) == 2


def test_errors_are_raised_here_as_they_are(aside: Aside) -> None:
    values = aside.stream(wrong)
    assert next(values) == 1
    with pytest.raises(DataError, match=r"^No such picture\.$"):
        next(values)
    with pytest.raises(ZeroDivisionError):
        list(aside.stream(unforeseen))


@pytest.mark.skipif(sys.platform == "win32", reason="priorities are others there")
def test_it_stands_back(aside: Aside) -> None:
    assert next(aside.stream(niceness)) > os.nice(0)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")
def test_one_that_ends_is_one_sentence_and_the_next_a_new_one() -> None:
    aside = Aside()
    values = aside.stream(last_breath)
    assert next(values) == 1
    with pytest.raises(EngineError, match="ended by signal 9"):
        next(values)
    assert len(list(aside.stream(counted, 2))) == 2
    aside.close()
    assert len(list(aside.stream(counted, 2))) == 2, "closed, it is started by the next"
    aside.close()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")
def test_it_ends_with_the_process_that_started_it() -> None:
    code = (
        "from diffmine.engine.aside import Aside; import time\n"
        "from tests.unit.engine.test_aside import counted\n"
        "print(next(Aside().stream(counted, 1))[1], flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        os.kill(child, 0)
        parent.kill()
    ends = time.monotonic() + 20
    while _runs(child) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not _runs(child)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
