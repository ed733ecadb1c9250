"""kill -9 at ten points of a training: going on ends in the weights of an unbroken one, to the last
bit."""

from pathlib import Path

import pytest

from tests.faults.forks import Forks
from tests.faults.training import POINTS

FEW = ("a checkpoint half written", "the model half saved")


@pytest.fixture(scope="module")
def place(forked: Forks, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("training")
    forked("prepare_training", root)
    return root


@pytest.mark.parametrize("point", FEW)
def test_a_killed_training_ends_in_the_same_weights(
    forked: Forks, place: Path, tmp_path: Path, point: str
) -> None:
    went_on, kept = forked("killed_training", place, tmp_path / "atlas", point, 0)
    assert went_on == kept


@pytest.mark.slow
@pytest.mark.parametrize("lora", [0, 3])
@pytest.mark.parametrize("point", POINTS)
def test_a_training_killed_at_ten_points_ends_in_the_same_weights(
    forked: Forks, place: Path, tmp_path: Path, point: str, lora: int
) -> None:
    went_on, kept = forked("killed_training", place, tmp_path / "atlas", point, lora)
    assert went_on == kept
