"""Baselines on pictures whose label is a mark: they must find it, and say what they lack."""

import sys
from pathlib import Path

import numpy as np
import pytest

from diffmine.atlas.evaluation import read_evaluation
from diffmine.config import EvaluateConfig
from diffmine.errors import UsageError
from diffmine.stages.evaluate import run as evaluate
from diffmine.stages.evaluate.baselines.classifier import classifier
from diffmine.stages.evaluate.baselines.discriminative import discriminative
from diffmine.stages.evaluate.baselines.samples import Sample, best_apart
from diffmine.stages.evaluate.patches import Place
from tests.unit.stages.evaluate.planted import planted

LABELS = ["cross", "bars"]


def samples(
    place: tuple[int, int] | None = None, count: int = 40
) -> tuple[list[Sample], dict[str, tuple[int, int]]]:
    chance = np.random.default_rng(0)
    found, places = [], {}
    for at in range(count):
        label, name = LABELS[at % 2], f"{at:02d}"
        grey = chance.normal(128, 4, (64, 64))
        row, col = place or (int(each) for each in chance.integers(8, 40, 2))
        if label == "cross":
            grey[row + 6 : row + 10, col : col + 16] = 255
            grey[row : row + 16, col + 6 : col + 10] = 255
        else:
            grey[row : row + 16 : 4, col : col + 16] = 0
        places[name] = (row, col)
        pixels = grey.clip(0, 255).astype(np.uint8)
        found.append(Sample(name, (label,), at // 2 % 2, pixels))
    return found, places


def share_near(places: list[Place], truth: dict[str, tuple[int, int]]) -> float:
    """Share of the best ten that lie within 10 pixels of the mark."""
    near = [
        abs(p.row - truth[p.image_id][0]) <= 10 and abs(p.col - truth[p.image_id][1]) <= 10
        for p in places[:10]
    ]
    return float(np.mean(near))


def test_detectors_find_a_mark_wherever_it_is() -> None:
    pytest.importorskip("skimage")
    given, truth = samples()
    found = discriminative(given, LABELS, 16.0, 20, 0)
    assert set(found.places) == set(LABELS)
    for label in LABELS:
        assert share_near(found.places[label], truth) >= 0.7


def test_occlusion_finds_a_mark_that_stays_in_its_place() -> None:
    """HOG of a whole image knows places, so the classifier learns no mark that moves about."""
    pytest.importorskip("skimage")
    given, truth = samples((24, 24))
    found = classifier(given, LABELS, 16.0, 20, 0)
    assert len(found.maps) == len(given)
    for label in LABELS:
        scores = [p.score for p in found.places[label]]
        assert scores == sorted(scores, reverse=True)
        assert share_near(found.places[label], truth) >= 0.7


def test_patches_of_an_image_do_not_overlap() -> None:
    rows = [(3.0, "a", 0, 0, 8, None), (2.0, "a", 4, 4, 8, None), (1.0, "b", 4, 4, 8, 1)]
    assert [p.image_id for p in best_apart(iter(rows), 5)] == ["a", "b"]


def test_they_stand_beside_ours(tmp_path: Path) -> None:
    pytest.importorskip("skimage")
    atlas, _ = planted(tmp_path)
    with atlas.hold():
        evaluate.run(atlas, EvaluateConfig(bootstrap=9, baselines=True))
    found = read_evaluation(atlas)
    assert found is not None
    assert set(found.seconds) == {"discriminative patches", "classifier"}
    assert "classifier" in {row["score"] for row in found.localisation}
    assert {"typicality", "classifier"} <= {row["method"] for row in found.precision}


def test_without_scikit_image_there_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "skimage.feature", None)
    atlas, _ = planted(tmp_path)
    with atlas.hold(), pytest.raises(UsageError, match=r"pip install 'diffmine\[baselines\]'"):
        evaluate.run(atlas, EvaluateConfig(baselines=True))
