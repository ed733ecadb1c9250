"""The fence: whatever a decoder does costs one picture, and the others go on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from diffmine.data import fence, readers
from diffmine.data.fence import Fenced, fenced, limits, parent, pool
from diffmine.data.readers import read_image
from diffmine.errors import Cancelled, DataError, EngineError, ImageError
from tests.unit.data.fence import work

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are Linux's")


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """One child at a time."""
    monkeypatch.setattr(pool, "MOST", 1)


@pytest.fixture
def several(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four children from the beginning, whatever the machine."""
    monkeypatch.setattr(pool, "_WORTH", 0.0)
    monkeypatch.setattr(pool, "cores", lambda: 4)


def outcomes(folder: Path, *names: str) -> list[Fenced | ImageError]:
    return list(fenced(work.act, [folder / name for name in names], {}))


def gone(pid: int) -> bool:
    """Whether a process ends within ten seconds."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").exists() and ") Z " in Path(f"/proc/{pid}/stat").read_text():
            return True  # of a parent that was killed, and nobody reaps it here
        time.sleep(0.1)
    return False


@pytest.mark.usefixtures("several")
def test_outcomes_stand_in_the_order_of_the_paths(tmp_path: Path) -> None:
    names = [f"a-{number}" for number in range(200)]
    results = list(fenced(work.act, [tmp_path / name for name in names], {"more": 7}))
    assert [(r.facts["name"], r.facts["more"]) for r in results] == [(name, 7) for name in names]
    assert {bytes(r.content) for r in results} == {b"abcdef"}
    assert len({r.facts["pid"] for r in results}) > 1


@pytest.mark.usefixtures("several")
def test_each_end_is_one_refused_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SECONDS", 2.0)
    wrong = {
        "sleep": "sleep takes longer than 2 seconds to decode; make it smaller.",
        "exit": "exit ended the process that decodes it (status 3); it is broken, or memory is "
        "short.",
        "kill": "kill ended the process that decodes it (signal 9); it is broken, or memory is "
        "short.",
        "wrong": "wrong is no picture.",
        "fault": "fault cannot be decoded: RuntimeError.",
    }
    names = ["a-0", *wrong, "a-1", "print", *(f"a-{number}" for number in range(2, 20))]
    results = dict(zip(names, outcomes(tmp_path, *names), strict=True))
    refused = {name: str(r) for name, r in results.items() if isinstance(r, ImageError)}
    assert refused == wrong


@LINUX
@pytest.mark.usefixtures("alone")
def test_memory_is_limited_for_each_picture_and_not_for_all(tmp_path: Path) -> None:
    first, much, other, after = outcomes(tmp_path, "hold", "take", "part", "a")
    assert str(much) == "take needs more than 400 MB of memory to be decoded; make it smaller."
    assert isinstance(first, Fenced)
    assert isinstance(other, Fenced), "it had what the first left"
    assert isinstance(after, Fenced)


@LINUX
@pytest.mark.usefixtures("alone")
def test_what_earlier_pictures_left_does_not_count(tmp_path: Path) -> None:
    first, second = outcomes(tmp_path, "hold-1", "hold-2")
    assert isinstance(first, Fenced)
    assert isinstance(second, Fenced)
    assert first.facts["pid"] != second.facts["pid"]


def test_a_child_that_ends_by_accident_costs_nothing(tmp_path: Path) -> None:
    assert [type(outcome) for outcome in outcomes(tmp_path, "once", "a")] == [Fenced, Fenced]


@LINUX
def test_a_child_imports_little_and_writes_nothing(tmp_path: Path) -> None:
    (outcome,) = fenced(work.nosy, [tmp_path / "a"], {})
    assert isinstance(outcome, Fenced)
    heavy = {"torch", "gradio", "pyarrow", "scipy", "sklearn", "multiprocessing", "diffmine.model"}
    assert not heavy.intersection(outcome.facts["modules"])
    assert outcome.facts["wrote"] == 0


def test_who_waits_may_stop_it_and_its_children_end(tmp_path: Path) -> None:
    def waiting() -> None:
        if list(tmp_path.glob("pid-*")):
            raise Cancelled

    with pytest.raises(Cancelled):
        list(fenced(work.act, [tmp_path / "a", tmp_path / "sleep"], {}, waiting))
    (marker,) = tmp_path.glob("pid-*")
    assert gone(int(marker.name.removeprefix("pid-")))


@pytest.mark.usefixtures("several")
def test_who_leaves_early_keeps_one_child_for_the_next(tmp_path: Path) -> None:
    with closing(fenced(work.act, [tmp_path / f"a-{n}" for n in range(100)], {})) as results:
        next(results)
    assert len(pool._idle) <= 1
    (one,), (two,) = outcomes(tmp_path, "a"), outcomes(tmp_path, "b")
    assert isinstance(one, Fenced)
    assert isinstance(two, Fenced)
    assert one.facts["pid"] == two.facts["pid"]
    fence.close()
    assert gone(one.facts["pid"])


SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from diffmine.data.fence import fenced
from tests.unit.data.fence import work
print("begun", flush=True)
for outcome in fenced(work.act, [Path({folder!r}) / name for name in ("a", "sleep")], {{}}):
    print(outcome, flush=True)
"""
"""Of a user who has heard nothing of `if __name__ == "__main__"`: multiprocessing refuses it."""


def test_children_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    root = str(Path(__file__).parents[4])
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(root=root, folder=str(tmp_path)))
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        for _ in range(300):
            if list(tmp_path.glob("pid-*")):
                break
            time.sleep(0.1)
        process.kill()
    (marker,) = tmp_path.glob("pid-*")
    assert gone(int(marker.name.removeprefix("pid-")))


def test_after_a_sleep_of_the_machine_nobody_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.2, 3600.0, 3600.5])
    monkeypatch.setattr(parent.time, "monotonic", lambda: next(clock))
    child = object.__new__(parent.Child)
    child._spent, child._looked = 0.0, next(clock)
    assert [child.spent() for _ in range(3)] == pytest.approx([0.2, 1.2, 1.7])


@pytest.mark.parametrize("program", ["", "no such program", "false"])
def test_without_a_child_there_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    fence.close()
    monkeypatch.setattr(sys, "executable", program)
    with pytest.raises(EngineError, match=r"(can be started to|that) decodes? pictures.*\.$"):
        outcomes(tmp_path, "a")


def test_what_a_child_says_is_checked(tmp_path: Path) -> None:
    child = object.__new__(parent.Child)

    def reply(text: bytes) -> parent.Reply:
        (tmp_path / "pipe").write_bytes(text)
        with open(tmp_path / "pipe", "rb") as pipe:
            return child._reply(pipe)

    assert reply(b'{"size": 3}\nabc{').content == b"abc"
    for text in (b"", b"{}", b'{"size": 4}\nabc', b"{" * 2**17):
        assert reply(text).head is None
    for text in (b"x\n", b"[]\n", b'{"size": -1}\n', b'{"size": 1e9}\n', b'{"size": 999999999}\n'):
        with pytest.raises(ValueError, match=r"says|Expecting"):
            reply(text)


def test_a_child_that_ended_while_it_waited_is_replaced(tmp_path: Path) -> None:
    (one,) = outcomes(tmp_path, "a")
    assert isinstance(one, Fenced)
    os.kill(one.facts["pid"], 9)
    (two,) = outcomes(tmp_path, "a")
    assert isinstance(two, Fenced)
    assert one.facts["pid"] != two.facts["pid"]


@LINUX
def test_nothing_is_left_of_children_that_ended(tmp_path: Path) -> None:
    fence.close()
    before = len(os.listdir("/proc/self/fd"))
    outcomes(tmp_path, "exit", "kill", "a")
    fence.close()
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_relative_path_is_one_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child may have been started elsewhere."""
    for name, size in (("a", (8, 6)), ("b", (4, 2))):
        (tmp_path / name).mkdir()
        Image.new("RGB", size).save(tmp_path / name / "x.png")
        monkeypatch.chdir(tmp_path / name)
        assert read_image(Path("x.png")).size == size
    with pytest.raises(ImageError, match=r"^y\.png cannot be read: No such file or directory\.$"):
        read_image(Path("y.png"))


@pytest.fixture
def odd(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader of files that say what it does."""
    monkeypatch.setattr(readers, "READERS", [work.ODD, readers.PILLOW])


@pytest.mark.usefixtures("odd")
def test_a_reader_need_not_fear_its_input(tmp_path: Path) -> None:
    words = {"a": "", "exit": "ended the process", "fault": "RuntimeError"}
    for name, says in words.items():
        path = tmp_path / f"{name}.odd"
        path.write_text(f"odd {tmp_path / name}")
        if not says:
            assert read_image(path).size == (3, 2)
            continue
        with pytest.raises(ImageError, match=rf"^{path.name} .*{says}[^\n]*\.$"):
            read_image(path)


def test_a_reader_of_no_module_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = readers.Reader("lost", frozenset(), lambda head: True, lambda path, still=False: path)
    monkeypatch.setattr(readers, "READERS", [lost])
    with pytest.raises(DataError, match="'lost' stands in no module"):
        read_image(tmp_path / "a")
