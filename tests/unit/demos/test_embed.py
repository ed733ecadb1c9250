"""A demo is made elsewhere, and small, by the steps that make the embedded ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from demos.cars import recipe as cars
from demos.cars.elements import DECADES
from demos.cars.make import CARS, FACTS
from demos.chest import recipe as chest
from demos.chest.plan import plan, splits
from demos.embed import ASSETS, FEW, ROOT, judged, make
from diffmine.atlas.evaluation import read_evaluation
from diffmine.atlas.health import health
from diffmine.atlas.reader import open_atlas
from diffmine.stages.evaluate.run import OURS


def test_a_trial_does_not_go_into_the_assets(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        make(CARS, judged(FACTS), ["--small"])
    assert stopped.value.code == 2
    assert "name a folder by --assets" in capsys.readouterr().err


def test_copies_are_drawn_of_as_many_films_as_there_are() -> None:
    counts = (1, 2, 1)  # which patient has which finding depends on how many there are
    names = [film.name for film in plan(splits(counts)[1], chest.SEED)]
    drawn = list(chest.enlarged(names[:2], 1, counts))
    assert len({np.asarray(film).tobytes() for film in drawn}) == 2


def state(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_small_demo_is_made_from_the_drawings_to_the_atlas(tmp_path: Path) -> None:
    before, data, assets = state(ASSETS), tmp_path / "data", tmp_path / "assets"
    cars.make(data, counts=FEW, pairs=0, processes=1)
    command = [sys.executable, "-m", "demos.cars.make", "--small"]
    command += ["--data", str(data), "--assets", str(assets)]
    subprocess.run(command, cwd=ROOT, check=True)
    assert state(ASSETS) == before
    atlas = open_atlas(assets / "atlases" / "cars")
    assert not health(atlas).broken
    assert tuple(atlas.labels) == tuple(DECADES)
    images = atlas.table("images", ["image_id"])["image_id"].to_pylist()
    assert len(images) == len(DECADES) * FEW[1]
    assert atlas.views is not None
    assert all(image_id in atlas.views for image_id in images)
    assert all(atlas.count(label) for label in atlas.labels)
    assert len(list(atlas.parts("translations"))) == len(DECADES)
    assert set(atlas.table("trends")["label"].to_pylist()) == set(DECADES)
    evaluation = read_evaluation(atlas)
    assert evaluation is not None
    assert evaluation.seconds[OURS] > 0
    model = assets / "models" / "cars"
    assert Path(atlas.needed_model()).resolve() == model.resolve()
    assert "| training | 4 steps of 8," in (model / "README.md").read_text("utf-8")
