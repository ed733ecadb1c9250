"""What the tests of faults do in the process that forks (tests/faults/forks.py)."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import cycle
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow.parquet as pq
from filelock import FileLock
from PIL import Image

from diffmine.atlas.atomic import TEMPORARY, sha256
from diffmine.atlas.editing import rename, split
from diffmine.atlas.health import health
from diffmine.atlas.reader import open_atlas
from diffmine.atlas.writer import Workspace, open_workspace
from diffmine.config import BuildConfig, DataConfig, EvaluateConfig
from diffmine.export.command import export
from diffmine.export.formats import FORMATS
from diffmine.folders import VARIABLE
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import build, run_evaluation, run_stage
from diffmine.pipeline.exits import exit_code
from diffmine.pipeline.single import train_model, translate_one
from diffmine.stages import STAGES
from diffmine.stages.typicality import controls
from tests.faults.disk import REFUSALS, Call, Fresh, Step, counted, die, refuse, watched
from tests.faults.forks import Ending, child
from tests.helpers import draw_shapes, quick, write_boxes

Action = Callable[[], Any]
KILLED = -signal.SIGKILL
JUDGED = EvaluateConfig(bootstrap=20)
SMALL = "small"


@dataclass(frozen=True)
class Place:
    """Where a test works: pictures, a base model, an unbroken atlas of them."""

    root: Path

    def config(self, *, race: bool = True) -> BuildConfig:
        """All stages, with losses at steps 20 and 40 and a race for the best windows; small ones
        without these."""
        if (self.root / SMALL).exists():
            config = quick(self.root / "base")
            few = replace(config.finetune, steps=3, checkpoint=1, known=0.5)
            return replace(config, finetune=few)
        controls.FEWEST = 1  # so that a few pictures have a race
        config = quick(self.root / "base", parallel=True)
        finetune = replace(config.finetune, steps=42, checkpoint=15, batch=2, known=0.5)
        typicality = replace(config.typicality, draws=16, adaptive=race)
        return replace(config, finetune=finetune, typicality=typicality).with_race()

    @property
    def whole(self) -> Path:
        return self.root / "whole"

    def build(self, out: Path, data: str = "data") -> dict[str, int]:
        """What each stage did of a build."""
        reports = build(self.root / data, out, self.config())
        return {report.stage: report.done for report in reports}


def prepare(root: str, small: bool) -> None:
    """Pictures, a base model and an unbroken build of them."""
    place = Place(Path(root))
    if small:
        (place.root / SMALL).touch()
    write_boxes(draw_shapes(place.root / "data", 4))
    make_random(place.root / "base")
    built = child(exit_code, lambda: place.build(place.whole))  # what decodes pictures ends with it
    assert (built.code, built.said) == (0, ""), built


# How an attempt ends


def files_of(folder: Path) -> dict[str, str]:
    """The digest of every file below a folder, without the notes of this machine's own."""
    files = (path for path in folder.rglob("*") if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in files}
    return {name: sha256(path) for name, path in names.items() if not name.startswith(".diffmine.")}


def check_same(out: Path, whole: Path) -> None:
    """Every file is the same to the last byte, atlas.json too."""
    _compare(files_of(out), files_of(whole))
    _compare(*(asdict(open_workspace(path).manifest) for path in (out, whole)))
    assert not list(out.rglob(f"*{TEMPORARY}"))
    assert not (out / "work").exists()


def _compare(one: dict[str, Any], other: dict[str, Any]) -> None:
    names = {name for name in {*one, *other} if one.get(name) != other.get(name)}
    differ = {name: (one.get(name), other.get(name)) for name in sorted(names)}
    assert not differ, differ


def check_visible(out: Path) -> None:
    """What stands under its own name is whole, and nobody holds the atlas."""
    for path in out.rglob("*"):
        if path.suffix == ".parquet" and TEMPORARY not in path.name:
            pq.read_metadata(path)
        if path.suffix == ".json" and path.parent in (out, out / "model"):
            json.loads(path.read_text())
    with FileLock(out / ".diffmine.lock", timeout=0):
        pass


def attempt(root: Path, step: Step, action: Action, tell: Action = lambda: None) -> Ending:
    """Try a command on a disk that is watched below `root`. One that does not pass says why in one
    line, which names the place, or is killed."""

    def run(act: Action) -> int:
        with watched(root, step):
            return exit_code(act)

    ending = child(run, action, tell)
    said = ending.said
    if ending.code in (0, KILLED):
        assert said == "", said
    else:
        assert (ending.code, said.count("\n")) == (2, 1), said
        assert said.startswith("diffmine: "), said
        assert str(root) in said, said
    return ending


def growing() -> Iterator[int]:
    """At which call of a run after the other something happens."""
    at = 11.0
    while True:
        yield int(at)
        at *= 3.2


# Scenarios: a build


def until_it_passes(root: str, out: str) -> int:
    """Refusals and deaths in turn, at a call that comes later from run to run, each going on where
    the one before it ended; how many runs that took."""
    place, target = Place(Path(root)), Path(out)
    acts = [refuse(number) for number in REFUSALS]
    turns = cycle([act for own in acts for act in (own, die)])
    for runs, (at, act) in enumerate(zip(growing(), turns, strict=False), start=1):
        step, count = counted(at, act)
        ending = attempt(target.parent, step, lambda: place.build(target), lambda c=count: c[0])
        if target.is_dir():
            check_visible(target)
        if _passed(ending, at, target, place):
            return runs
    raise AssertionError("no end")


def _passed(ending: Ending, at: int, target: Path, place: Place) -> bool:
    """Whether a run passed before its `at`-th call. One that passes although that was refused (what
    matters to nobody may fail) begins anew."""
    if ending.code != 0:
        return False
    check_same(target, place.whole)
    if ending.told < at:
        return True
    shutil.rmtree(target)
    return False


def kth(root: str, out: str, number: int) -> int:
    """The k-th call is refused for k = 1, 2, 3, ... until a run passes; how many runs that took."""
    place, target, at = Place(Path(root)), Path(out), 0
    while True:
        at += 1
        step, count = counted(at, refuse(number))
        ending = attempt(target.parent, step, lambda: place.build(target), lambda c=count: c[0])
        if target.is_dir():
            check_visible(target)
        if _passed(ending, at, target, place):
            return at


def sweep(
    root: Path, out: Path, action: Action, numbers: list[int], *, visible: bool = True
) -> list[Call]:
    """Try a command again and again, each time with an error at the first call that none was raised
    at yet, until it passes; the calls."""
    refused: list[Call] = []
    for number in cycle(numbers):
        fresh = Fresh(number, refused)
        ending = attempt(root, fresh, action, fresh.told)
        if visible and out.is_dir():
            check_visible(out)
        if len(ending.told) == len(refused):
            assert ending.code == 0, ending
            return refused
        refused = ending.told
    return refused


def every_call(root: str, out: str, number: int) -> dict[str, int]:
    """Every call of a build is refused once, by its line and file; how many of each sort."""
    place, target = Place(Path(root)), Path(out)
    calls = sweep(target.parent, target, lambda: place.build(target), [number])
    check_same(target, place.whole)
    return {does: sum(call.does == does for call in calls) for does in {c.does for c in calls}}


# Scenarios: kill -9 in each stage


def undone(place: Place, stage: str, target: Path) -> Workspace:
    """A copy of the whole atlas as it was before a stage."""
    atlas = open_workspace(shutil.copytree(place.whole, target))
    with atlas.hold():
        if stage == "parallel":
            atlas.drop("parallel")
        first = "trends" if stage in ("parallel", "evaluate") else stage
        for later in STAGES[STAGES.index(first) :] if stage != "evaluate" else ():
            atlas.drop(later)
        if stage in ("finetune", "typicality"):
            atlas.remove("sums/")
        if stage == "finetune":
            shutil.rmtree(target / "model")
            atlas.manifest.model = {}
            atlas.manifest.keys.pop("model")
        atlas.save()
    return open_workspace(target)


def stage_action(place: Place, stage: str, out: Path, *, race: bool) -> Action:
    """What runs a stage of an atlas."""

    def run() -> None:
        atlas = open_workspace(out)
        with atlas.hold():
            name = "trends" if stage == "parallel" else stage
            run_stage(atlas, name, place.config(race=race))

    return (lambda: run_evaluation(out, JUDGED)) if stage == "evaluate" else run


def killed_stage(root: str, folder: str, stage: str, moments: int, race: bool = True) -> list[int]:
    """Kill a stage at so many moments, half of them just before or amid a call that writes, half by
    the clock; go on and compare. How many calls it has, and how often it was killed."""
    place, at, clock = Place(Path(root)), Path(folder), random.Random(stage)
    clean = undone(place, stage, at / "clean").path
    step, count = counted(0, die)
    took = attempt(at, step, _timed(stage_action(place, stage, clean, race=race)), lambda: count[0])
    assert took.code == 0
    calls, killed = took.told, 0
    for moment in range(moments):
        out = undone(place, stage, at / f"broken-{moment}").path
        action = stage_action(place, stage, out, race=race)
        if moment % 2:
            chosen = 1 + (moment // 2) * calls // (moments // 2)
            ending = attempt(at, counted(chosen, die)[0], action)
        else:
            ending = child(exit_code, action, dies_after=clock.uniform(0, took.value))
        assert ending.code in (0, KILLED), ending.said
        killed += ending.code == KILLED
        again = child(exit_code, action)
        assert (again.code, again.said) == (0, ""), again
        check_same(out, clean)
        shutil.rmtree(out)
    return [calls, killed]


def _timed(action: Action) -> Action:
    import time

    def run() -> float:
        began = time.perf_counter()
        action()
        return time.perf_counter() - began

    return run


def changed_pictures(root: Path) -> None:
    """Another state of the pictures: one is new, one is another, one is gone."""
    data = shutil.copytree(root / "data", root / "changed")
    first, second, *_ = sorted((data / "disc").iterdir())
    Image.open(first).rotate(90).save(data / "disc" / "099.png")
    Image.open(sorted((data / "square").iterdir())[0]).transpose(
        Image.Transpose.FLIP_LEFT_RIGHT
    ).save(second)
    sorted((data / "square").iterdir())[-1].unlink()
    (data / "boxes.csv").unlink()
    write_boxes(data)


def killed_collect(root: str, folder: str, moments: int, again: bool) -> list[int]:
    """Kill a build while it collects (`again`: pictures that have changed under an atlas), at
    moments spread over the calls of collect; go on and compare. Maps of pictures that are the same
    stay. How many calls collect has, and how often it was killed."""
    place, at = Place(Path(root)), Path(folder)
    if again and not (place.root / "changed").exists():
        changed_pictures(place.root)
    data = "changed" if again else "data"

    def begun(name: str) -> Path:
        if again:
            shutil.copytree(place.whole, at / name)
        return at / name

    clean = begun("clean")
    seen: list[str] = []
    ending = attempt(at, lambda call: seen.append(call.path), lambda: place.build(clean, data),
                     lambda: seen)  # fmt: skip
    assert ending.code == 0
    calls, scored = _calls_of_collect(ending.told), ending.value["typicality"]
    assert scored < 8 or not again
    killed = 0
    for moment in range(moments):
        out = begun(f"broken-{moment}")
        chosen = 1 + moment * calls // moments
        ending = attempt(at, counted(chosen, die)[0], lambda out=out: place.build(out, data))
        killed += ending.code == KILLED
        ending = child(exit_code, lambda out=out: place.build(out, data))
        assert (ending.code, ending.said) == (0, ""), ending
        assert ending.value["typicality"] <= scored, "maps of unchanged pictures were made again"
        check_same(out, clean)
        shutil.rmtree(out)
    return [calls, killed]


def _calls_of_collect(paths: list[str]) -> int:
    """How many calls there are until all that collect writes is written."""
    last = [k for k, path in enumerate(paths) if "refused.csv" in path or "sources.json" in path]
    return last[-1] + 20


def killed_build(root: str, out: str, moments: int) -> int:
    """Kill a build at moments that fall anywhere by the clock, each going on; how often it was."""
    place, target, clock = Place(Path(root)), Path(out), random.Random("build")
    killed = 0
    for _ in range(moments):
        ending = child(exit_code, lambda: place.build(target), dies_after=clock.uniform(0.05, 3))
        killed += ending.code == KILLED
    assert attempt(target.parent, counted(0, die)[0], lambda: place.build(target)).code == 0
    check_same(target, place.whole)
    return killed


# Scenarios: other commands


def commands(place: Place, at: Path) -> dict[str, tuple[Path, Action]]:
    """Commands beside a build by name, with what they write: in a copy of the whole atlas at
    `at`/atlas, or beside it."""
    atlas = at / "atlas"
    data = DataConfig(image_size=32)
    finetune = replace(place.config().finetune, steps=2)

    def exported(to: str, out: Path) -> tuple[Path, Action]:
        return out, lambda: export(atlas, to=to, out=out, force=True)

    def on_atlas(act: Callable[[Workspace], object]) -> tuple[Path, Action]:
        return atlas, lambda: act(open_workspace(atlas)) and None

    def translated() -> None:
        patch = open_atlas(atlas).patches("disc")[0].patch_id
        translate_one(atlas, patch, ["square"], at / "pictures", place.config().translate)

    def trained() -> None:
        if not (at / "model").exists():  # its atlas may be left, when that cannot be removed
            train_model(place.root / "data", at / "model", data, finetune)

    return {
        **{to: exported(to, at / f"patches.{form.ending}") for to, form in FORMATS.items()},
        "html": exported("html", at / "pages"),
        "check": on_atlas(health),
        "check broken": on_atlas(lambda opened: _spoil(opened) and health(opened)),
        "rename": on_atlas(lambda opened: rename(opened, "disc", 0, "round")),
        "split": on_atlas(_split_once),
        "evaluate": (atlas, lambda: run_evaluation(atlas, JUDGED) and None),
        "translate": (at / "pictures", translated),
        "finetune": (at / "model", trained),
    }


def _split_once(atlas: Workspace) -> None:
    """One that was written before its command was refused is there."""
    if atlas.edits.every:
        with atlas.hold():
            return
    split(atlas, "disc", 0)


def _spoil(atlas: Workspace) -> bool:
    path = atlas.path / "trends.parquet"
    if path.stat().st_size > 100:
        os.truncate(path, 100)
    return True


def command(root: str, folder: str, name: str, numbers: list[int]) -> int:
    """Every call of a command is refused once: what it writes is as if none had been. How many."""
    place, at = Place(Path(root)), Path(folder)
    for side in ("plain", "broken"):
        shutil.copytree(place.whole, at / side / "atlas")
    written, action = commands(place, at / "plain")[name]
    ending = attempt(at / "plain", counted(0, die)[0], action)
    assert ending.code == 0, ending.said
    target, action = commands(place, at / "broken")[name]
    folder_of = at / "broken" / "atlas"
    calls = sweep(at / "broken", folder_of, action, numbers, visible=name != "check broken")
    for path, other in ((target, written), (at / "broken" / "atlas", at / "plain" / "atlas")):
        if path.is_file():
            assert _same_export(path, other), name
        else:
            _compare(_without_paths(path), _without_paths(other))
    assert not list((at / "broken").rglob(f"*{TEMPORARY}"))
    return len(calls)


def _same_export(path: Path, other: Path) -> bool:
    return path.read_bytes() == other.read_bytes() or path.suffix in (".pdf", ".zip")  # dated


def _without_paths(folder: Path) -> dict[str, str]:
    """The digests of files, without that which tells when it was written."""
    return {name: at for name, at in files_of(folder).items() if not name.endswith("about.html")}


# Scenarios: disks that are really full, or really read-only


def small_files(root: str, out: str) -> int:
    """No file may grow larger than a limit (RLIMIT_FSIZE), which grows from run to run: the
    libraries themselves meet the error. (The least leaves room for a sentence.) How many runs that
    took."""
    place, target = Place(Path(root)), Path(out)

    def limited(most: int) -> Action:
        def run() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
            place.build(target)

        return run

    for runs in range(1, 60):
        ending = child(exit_code, limited(int(300 * 1.5**runs)))
        _check_said(ending, target)
        if ending.code == 0:
            check_same(target, place.whole)
            return runs
    raise AssertionError("no end")


def full_disk(root: str, disk: str, most: int) -> int:
    """A disk (tmpfs) of few KiB that grows from run to run. How many runs that took."""
    place, target = Place(Path(root)), Path(disk) / "atlas"
    size, runs = 16, 0
    with mounted(Path(disk), f"size={size}k"):
        while size < most:
            runs += 1
            ending = child(exit_code, lambda: place.build(target))
            _check_said(ending, target)
            if ending.code == 0:
                check_same(target, place.whole)
                return runs
            size = int(size * 1.4)
            subprocess.run(["mount", "-o", f"remount,size={size}k", disk], check=True)
    raise AssertionError("no end")


def read_only(root: str, disk: str) -> dict[str, int]:
    """An atlas on a disk that is read-only: the exit codes of commands. Nothing of it changes."""
    place, at = Place(Path(root)), Path(disk)
    with mounted(at, "size=64m"), ExitStack() as stack:
        shutil.copytree(place.whole, at / "atlas")
        before = files_of(at / "atlas")
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        stack.enter_context(patch.dict(os.environ, {VARIABLE: f"{at}-user"}))
        every = commands(place, at) | {"build": (at, lambda: place.build(at / "atlas"))}
        codes = {}
        for name, (_, action) in every.items():
            if name != "check broken":
                ending = child(exit_code, action)
                _check_said(ending, at)
                codes[name] = ending.code
        assert files_of(at / "atlas") == before
        return codes


def _check_said(ending: Ending, place: Path) -> None:
    """One line that names the place, unless all went well."""
    if ending.code == 0:
        assert ending.said == "", ending.said
    else:
        assert (ending.code, ending.said.count("\n")) == (2, 1), ending.said
        assert ending.said.startswith("diffmine: "), ending.said
        assert str(place) in ending.said, ending.said


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """A disk in memory at a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
