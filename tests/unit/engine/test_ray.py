"""The engine of a cluster, of two places on this machine: what Ray loses is done again, its words
stay away, and a build has the bytes of one process."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from diffmine.atlas.writer import create_workspace, open_workspace
from diffmine.config import BuildConfig, DataConfig
from diffmine.data import together
from diffmine.data.sources import open_dataset
from diffmine.engine import Ray, engine_of, here, silent
from diffmine.engine.crew import places, sentence
from diffmine.engine.ray import WAITING
from diffmine.errors import Cancelled, DataError, EngineError, UsageError
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import build, manifest_of, run_stage
from diffmine.stages.collect.run import run as collect
from tests.helpers import draw_shapes, quick
from tests.unit.engine import work
from tests.unit.engine.test_engines import ignore
from tests.unit.pipeline.test_engines import content

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Ray]:
    """Two places, whatever this machine has."""
    before = signal.getsignal(signal.SIGTERM)
    engine = Ray(cores=2)
    assert dict(engine.map(work.doubled, [1], ignore)) == {0: 2}
    assert signal.getsignal(signal.SIGTERM) is before, "Ray took the signal for itself"
    yield engine
    engine.close()


def workers() -> list[psutil.Process]:
    """The workers of the cluster that was started by this process."""
    family = psutil.Process().children(recursive=True)
    return [process for process in family if process.name().startswith("ray::Worker")]


# The promises of an engine


def test_every_piece_has_its_result_and_is_heard_of(cluster: Ray) -> None:
    heard: list[tuple[int, int | float, str]] = []
    results = dict(cluster.map(work.doubled, [5, 6, 7], lambda *told: heard.append(told)))
    assert results == {0: 10, 1: 12, 2: 14}
    told = [one for one in heard if one[2] != WAITING]  # on a busy machine workers begin late
    assert sorted(told) == [(place, 0.5, "half") for place in range(3)]


def test_errors_are_raised_here_as_they_were_there(cluster: Ray, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^One sentence\.$"):
        list(cluster.map(work.wrong, [0, 1, 2], ignore))
    with pytest.raises(ZeroDivisionError):
        list(cluster.map(work.broken, [1, 0], ignore))
    with pytest.raises(FileNotFoundError) as caught:
        list(cluster.map(work.absent, [tmp_path / "no"], ignore))
    assert caught.value.filename == str(tmp_path / "no"), "with what it is about"


def test_what_comes_back_can_be_written_to(cluster: Ray) -> None:
    ((_, array),) = cluster.map(work.zeros, [2**18], ignore)
    array += 1
    assert array.sum() == 2**18


def test_a_killed_worker_costs_its_piece_alone_and_no_words(
    cluster: Ray, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pieces = [(tmp_path, number) for number in range(6)]
    assert dict(cluster.map(work.counted, pieces, ignore)) == {n: n for n in range(6)}
    assert (tmp_path / "ended").exists()
    done = sorted(path.name.split("-")[0] for path in tmp_path.glob("*-*"))
    assert done == list("012345")
    with pytest.raises(EngineError, match=r"lost 3 times at the same work.*kept\.$"):
        list(cluster.map(work.deadly, [0], ignore))
    assert capfd.readouterr() == ("", "")


def test_a_gpu_that_failed_costs_its_worker(cluster: Ray, tmp_path: Path) -> None:
    results = dict(cluster.map(work.faulty, [tmp_path / "a", tmp_path / "b"], ignore))
    assert len(list(tmp_path.iterdir())) == 2
    assert all(str(process) != failed for process, failed in results.values())


def test_a_stop_ends_the_workers(cluster: Ray, tmp_path: Path) -> None:
    def stop(place: int, done: int | float, note: str) -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        list(cluster.map(work.slow, [tmp_path / "a"], stop))
    (path,) = tmp_path.iterdir()
    process = int(path.name.split("-")[1])
    gone, _ = psutil.wait_procs([p for p in workers() if p.pid == process], timeout=20)
    assert not psutil.pid_exists(process) or gone


# Places and addresses


def machine(**resources: float) -> dict[str, object]:
    return {"Alive": True, "Resources": resources}


def test_a_worker_has_a_gpu_or_as_many_cores_as_here() -> None:
    assert places([machine(CPU=8), machine(CPU=4, GPU=2)], 4) == ({"num_gpus": 1, "num_cpus": 1}, 2)
    assert places([machine(CPU=8), machine(CPU=5)], 4) == ({"num_cpus": 4}, 3)
    assert places([machine(CPU=2), machine(CPU=2)], 64) == ({"num_cpus": 2}, 2), "none waits"
    lost = machine(CPU=64) | {"Alive": False}
    assert places([machine(CPU=2), lost], 1) == ({"num_cpus": 1}, 2)
    assert places([machine()], 2) == ({"num_cpus": 1}, 1), "one is asked for, that more may come"


def test_of_an_error_of_ray_one_sentence_is_left() -> None:
    text = (
        "\x1b[36mray::Worker\x1b[39m (pid=7)\n  File x\nModuleNotFoundError: No module named 'd'\n"
    )
    assert sentence(RuntimeError(text)) == "ModuleNotFoundError: No module named 'd'."


@pytest.mark.parametrize("text", ["ray:head", "ray::6379", "ray:head:port", "ray:ray://head:10001"])
def test_what_names_no_cluster_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        engine_of(text)


def test_an_address_at_which_nothing_answers_is_told_at_once() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
        with pytest.raises(EngineError, match=f"^No cluster answers at {address}"):
            list(engine_of(f"ray:{address}").map(work.doubled, [1], ignore))


# Stages


class Killer:
    """Progress of a build that kills a worker in the middle of each of some stages."""

    def __init__(self, *stages: str) -> None:
        self.waiting = set(stages)

    def __call__(self, stage: str, done: int, total: int, unit: str, note: str = "") -> None:
        if stage in self.waiting and unit and 0 < done < total and (running := workers()):
            self.waiting.remove(stage)
            os.kill(running[0].pid, signal.SIGKILL)


@pytest.fixture
def config(tmp_path: Path) -> BuildConfig:
    draw_shapes(tmp_path / "data")
    make_random(tmp_path / "base")
    return quick(tmp_path / "base", parallel=True)


def test_a_stage_whose_worker_is_killed_has_the_bytes_of_one_process(
    cluster: Ray, tmp_path: Path, config: BuildConfig
) -> None:
    quickly = replace(config, trends=replace(config.trends, parallel=False))
    build(tmp_path / "data", tmp_path / "atlas", quickly, model=str(tmp_path / "base"))
    alone = content(tmp_path / "atlas")
    atlas, killer = open_workspace(tmp_path / "atlas"), Killer("typicality")
    with atlas.hold():
        atlas.drop("typicality")
        atlas.remove("maps/")
        atlas.remove("sums/")
        assert run_stage(atlas, "typicality", quickly, cluster, killer).done == 12
    assert not killer.waiting
    together = content(tmp_path / "atlas")
    scored = [name for name in alone if name.startswith(("maps/", "sums/"))]
    assert len(scored) == 8
    assert [name for name in scored if alone[name] != together[name]] == []


def test_pictures_are_taken_in_by_the_cluster_in_their_order(
    cluster: Ray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker is killed meanwhile; what is refused is refused, with the same sentence."""
    monkeypatch.setattr(together, "MANY", 3)
    folder = draw_shapes(tmp_path / "data", per_label=8)
    (folder / "disc" / "004.png").write_bytes(b"no picture")
    dataset = open_dataset(folder)
    killer, config = Killer("collect"), DataConfig(image_size=32)
    for name, engine, progress in (("here", here, silent), ("there", cluster, killer)):
        atlas = create_workspace(tmp_path / name, manifest_of(dataset, config))
        with atlas.hold():
            report = collect(atlas, dataset, config, progress, engine=engine)
        assert (report.done, report.refused) == (15, 1)
    assert not killer.waiting
    alone, shared = content(tmp_path / "here"), content(tmp_path / "there")
    assert sorted(alone) == sorted(shared)
    assert [name for name in alone if alone[name] != shared[name]] == []


@pytest.mark.slow
def test_a_build_whose_workers_are_killed_is_the_build(
    cluster: Ray, tmp_path: Path, config: BuildConfig
) -> None:
    killer = Killer("collect", "typicality", "cluster", "translate", "parallel")
    build(tmp_path / "data", tmp_path / "alone", config)
    build(tmp_path / "data", tmp_path / "together", config, engine=cluster, progress=killer)
    assert not killer.waiting
    alone, together = content(tmp_path / "alone"), content(tmp_path / "together")
    assert sorted(alone) == sorted(together)
    assert [name for name in alone if alone[name] != together[name]] == []
