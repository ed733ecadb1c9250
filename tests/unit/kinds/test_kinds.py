"""A thing of a kind is one file and one line: one of each, from a package that is not diffmine's,
works from end to end."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image

from diffmine.atlas.writer import open_workspace
from diffmine.config import EvaluateConfig
from diffmine.data import readers, sources
from diffmine.data.readers import read_image
from diffmine.data.sources import open_dataset
from diffmine.engine import ENGINES, engine_of
from diffmine.errors import ModelError, UsageError
from diffmine.maths import scores
from diffmine.model import families
from diffmine.model.load import load_model
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import build, run_evaluation
from tests.helpers import draw_shapes, quick

XYZ = '''
"""Reader of pictures as lines of grey values."""
import numpy as np
from PIL import Image
from diffmine.data.readers.base import Reader

def read(path, still=False):
    lines = path.read_text().splitlines()[1:]
    grey = np.array([[int(value) for value in line.split()] for line in lines], np.uint8)
    return Image.fromarray(grey).convert("RGB")

XYZ = Reader("xyz", frozenset({".xyz"}), lambda head: head.startswith(b"XYZ"), read)
'''
LISTED = '''
"""Source of pictures that a file lists with their labels."""
import json
from diffmine.data.records import Dataset, Record
from diffmine.data.sources.base import Source

def read(folder, columns):
    listed = json.loads((folder / "listed.json").read_text())
    records = tuple(Record(name, label, folder / name) for name, label in sorted(listed.items()))
    return Dataset(folder, records, tuple(sorted(set(listed.values()))))

LISTED = Source("listed", lambda folder: (folder / "listed.json").is_file(), read)
'''
THREADS = '''
"""Engine of threads, the last piece first."""
from concurrent.futures import ThreadPoolExecutor

class Threads:
    def __init__(self, count):
        self.count = count

    def map(self, function, pieces, hear):
        with ThreadPoolExecutor(self.count) as pool:
            for place in reversed(range(len(pieces))):
                tell = lambda done, note="": hear(place, done, note)
                yield place, pool.submit(function, pieces[place], tell).result()
'''
LATE = '''
"""Late: typicality from the noisier half of the draws."""
from diffmine.maths.scores.base import Measure, Recipe

def recipes(config, labels):
    if "late" not in config.measures:
        return []
    low, high = config.t_range
    band = ((low + high) // 2, high)
    return [Recipe("late", 0, prompt, band=band) for prompt in range(1, labels + 1)]

LATE = Measure(
    "late", lambda score: score == "late", lambda score: "Late",
    lambda score: "Typicality under much noise.", recipes,
)
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A package of somebody else's with one file for each kind."""
    folder = tmp_path / "others"
    folder.mkdir()
    texts = {"xyz": XYZ, "listed": LISTED, "threads": THREADS, "late": LATE, "__init__": ""}
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    for name in list(texts):
        sys.modules.pop(f"others.{name}", None)
    sys.modules.pop("others", None)
    importlib.invalidate_caches()
    for name in ("xyz", "listed", "threads", "late"):
        importlib.import_module(f"others.{name}")
    return sys.modules["others"]


Lists = Callable[..., None]


@pytest.fixture
def lists() -> Iterator[Lists]:
    """Adds a thing to the list of its kind, before or behind the others, until the test ends."""
    added: list[tuple[list[Any], Any]] = []

    def add(known: list[Any], thing: Any, *, last: bool = False) -> None:
        known.insert(len(known) if last else 0, thing)
        added.append((known, thing))

    yield add
    for known, thing in added:
        known.remove(thing)


def as_xyz(path: Path) -> None:
    """Write a picture as lines of grey values instead."""
    grey = np.asarray(Image.open(path).convert("L"))
    lines = [" ".join(map(str, row)) for row in grey.tolist()]
    path.with_suffix(".xyz").write_text("\n".join(["XYZ", *lines]))
    path.unlink()


def test_a_reader_a_source_an_engine_and_a_measure(
    tmp_path: Path, package: ModuleType, monkeypatch: pytest.MonkeyPatch, lists: Lists
) -> None:
    monkeypatch.setitem(ENGINES, "threads", lambda rest: package.threads.Threads(int(rest)))
    lists(readers.READERS, package.xyz.XYZ)
    lists(sources.SOURCES, package.listed.LISTED)
    lists(scores.MEASURES, package.late.LATE, last=True)

    data, base = draw_shapes(tmp_path / "data"), make_random(tmp_path / "base")
    labels = {p.relative_to(data).as_posix(): p.parent.name for p in sorted(data.rglob("*.png"))}
    for path in sorted(data.rglob("*.png"))[:3]:
        as_xyz(path)
    names = {str(Path(n).with_suffix(".xyz")) if (data / n).with_suffix(".xyz").exists() else n:
             label for n, label in labels.items()}  # fmt: skip
    # The reader alone: found in a folder by its suffix, read by its first bytes.
    assert {each.image_id for each in open_dataset(data)} == set(names)
    assert read_image(next(data.rglob("*.xyz"))).size == (32, 32)
    # Some pictures under labels of the list's own.
    (data / "listed.json").write_text(json.dumps({n: f"a {label}" for n, label in names.items()}))

    config = quick(base)
    more = replace(config.typicality, measures=("late",), draws=16)
    config = replace(config, typicality=more)
    build(data, tmp_path / "atlas", config, engine=engine_of("threads:2"))
    build(data, tmp_path / "same", config)
    atlas, same = (open_workspace(tmp_path / name) for name in ("atlas", "same"))
    assert atlas.labels == ["a disc", "a square"]
    assert atlas.manifest.artefacts == same.manifest.artefacts
    assert atlas.table("images").num_rows == len(names)
    image = next(name for name in names if name.endswith(".xyz"))
    label = atlas.image(image)["label"]
    assert atlas.scores(image, label) == ["typicality", "late"]

    boxes = tmp_path / "boxes.csv"
    boxes.write_text(f"file_name,label,x,y,w,h\n{image},{label},2,2,12,12\n")
    _, judged = run_evaluation(atlas.path, EvaluateConfig(boxes=str(boxes), bootstrap=9))
    rows = {row["score"] for row in judged.localisation}
    assert {"late", "late, window", "typicality"} <= rows


def test_a_measure_that_is_not_there_is_said(tmp_path: Path) -> None:
    data, base = draw_shapes(tmp_path / "data", 2), make_random(tmp_path / "base")
    config = quick(base)
    config = replace(config, typicality=replace(config.typicality, measures=("late",)))
    with pytest.raises(UsageError, match="no measure 'late'; there are typicality, sensitivity"):
        build(data, tmp_path / "atlas", config)


def test_a_family_of_models(tmp_path: Path, lists: Lists) -> None:
    folder = make_random(tmp_path / "model", ("a", "b"))
    index = json.loads((folder / "model_index.json").read_text())
    index |= {"_class_name": "StableDiffusionXLPipeline", "text_encoder_2": ["x", "CLIPTextModel"]}
    (folder / "model_index.json").write_text(json.dumps(index))
    words = "is a StableDiffusionXLPipeline; diffmine reads Stable Diffusion 1"
    with pytest.raises(ModelError, match=words):
        load_model(folder)
    own = replace(families.FAMILIES[0], name="own", knows=lambda parts: "text_encoder_2" in parts)
    lists(families.FAMILIES, own, last=True)
    assert load_model(folder).prompts is not None
