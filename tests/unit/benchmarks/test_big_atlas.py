"""The synthetic atlas that the app is timed on is an atlas like any other."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from benchmarks.make_big_atlas import GROUP, make
from diffmine.app.cache import served
from diffmine.app.shelf import Shelf
from diffmine.app.tabs.map.points import points
from diffmine.atlas.writer import open_workspace


def test_it_is_whole_sorted_and_says_that_it_is_synthetic(tmp_path: Path) -> None:
    made = make(tmp_path / "big", patches=40_000, labels=7, dimensions=3)
    atlas = open_workspace(made.path)
    assert all(atlas.finished(name) for name in atlas.manifest.artefacts)
    assert "Synthetic" in atlas.manifest.description
    assert sum(atlas.count(label) for label in atlas.labels) == 40_000
    names = atlas.lists.columns(["patch_id"])["patch_id"].to_pylist()
    assert len(set(names)) == len(names) == 40_700
    for kind in ("top", "least"):
        scores = np.array([each.typicality for each in atlas.patches("Place 3", kind, count=40)])
        assert (np.diff(scores if kind == "least" else -scores) > -0.001).all()
    groups = pq.ParquetFile(atlas.path / "patches.parquet").metadata
    assert [groups.row_group(at).num_rows for at in range(4)] == [GROUP] * 4


def test_the_app_opens_it(tmp_path: Path) -> None:
    made = make(tmp_path / "big", patches=600, labels=3, dimensions=0)
    shelf = Shelf("big", open_workspace(made.path), served())
    assert len(points(shelf, None)) == 600
    assert shelf.sheet(shelf.atlas.patches("Place 1", count=100)).count == 100
    assert len(shelf.trends("element", label="Place 2", element=7)) == 3
    assert shelf.similar(shelf.atlas.patches("Place 1", count=1)[0].patch_id) == []


def test_it_says_what_it_took_and_spares_an_atlas(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.make_big_atlas", str(tmp_path / "big")]
    command += ["--patches", "300", "--labels", "3"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("300 patches of 3 labels in ")
    again = subprocess.run(command, capture_output=True, text=True)
    assert again.returncode == 2
    assert "holds an atlas already" in again.stderr
