"""Co-typicality against loops over windows; groups and words on planted changes."""

from statistics import median

import numpy as np
import pytest

from diffmine.stages.parallel.named import clearness, describe, shifts, step
from diffmine.stages.parallel.sequences import (
    co_typical_windows,
    co_typicality,
    grouped,
    looks,
    ranked,
    window_name,
)

SETTINGS = {"dimensions": 8, "changes": 4, "seed": 0}


def test_co_typicality_is_the_median_over_labels_of_window_means() -> None:
    maps = np.random.default_rng(0).normal(size=(3, 9, 11))
    found = co_typicality(maps, 4)
    assert found.shape == (6, 8)
    for row in range(6):
        for col in range(8):
            means = []
            for label in range(3):
                cells = [
                    maps[label][r][c] for r in range(row, row + 4) for c in range(col, col + 4)
                ]
                means.append(sum(cells) / 16)
            assert found[row, col] == pytest.approx(median(means), abs=1e-12)


def test_a_window_typical_of_one_label_alone_is_not_co_typical() -> None:
    maps = np.zeros((3, 12, 12))
    maps[0, :4, :4] = 9.0  # one label only
    maps[:, 6:10, 5:9] = 1.0
    best, second = co_typical_windows(maps, 4, 2)
    assert (best.row, best.col, best.typicality) == (6, 5, pytest.approx(1.0))
    assert abs(second.row - best.row) >= 4 or abs(second.col - best.col) >= 4


def test_the_best_come_first_and_equal_ones_by_name() -> None:
    curves = np.array([[1.0, 1, 9], [3, 3, 0], [1, 1, 0], [0, 0, 0]])
    found = ranked(curves, ["d", "c", "a", "b"], 3)
    assert found.rows.tolist() == [1, 2, 0]
    assert found.typicality.tolist() == [3.0, 1.0, 1.0]
    assert len(ranked(np.zeros((0, 3)), [], 5).rows) == 0


def test_names_tell_windows_apart() -> None:
    found = {
        window_name(i, r, c, s) for i in "ab" for r in (1, 11) for c in (1, 11) for s in (2, 3)
    }
    assert len(found) == 16
    assert all(len(name) == 12 for name in found)


@pytest.mark.parametrize("count", [1, 2, 3, 13, 40, 120])
def test_few_rows_are_grouped_too(count: int) -> None:
    features = np.random.default_rng(count).normal(size=(count, 3, 6)).astype(np.float32)
    names = [f"{k:03d}" for k in range(count)]
    found = grouped(features, np.arange(count, dtype=float), names, **SETTINGS)
    assert found.change.shape == found.distance.shape == (count,)
    assert set(found.change.tolist()) == set(range(max(1, min(4, count // 8))))
    assert np.isfinite(found.distance).all()


def test_equal_rows_are_one_group() -> None:
    features = np.ones((40, 2, 5), np.float32)
    names = [f"{k:02d}" for k in range(40)]
    found = grouped(features, np.zeros(40), names, **SETTINGS)
    assert set(found.change.tolist()) == {0}


def test_planted_changes_are_found_and_the_order_of_rows_changes_nothing() -> None:
    chance = np.random.default_rng(3)
    kinds = np.repeat([0, 1], 60)
    centres = chance.normal(size=(2, 3, 16)) * 3
    features = (centres[kinds] + chance.normal(0, 0.1, (120, 3, 16))).astype(np.float32)
    typicality = kinds + chance.normal(0, 0.01, 120)
    names = [f"{k:03d}" for k in chance.permutation(120)]
    settings = SETTINGS | {"changes": 2}
    found = grouped(features, typicality, names, **settings)
    assert (found.change == 1 - kinds).all()  # kind 1 has the higher median: it comes first
    turn = chance.permutation(120)
    again = grouped(features[turn], typicality[turn], [names[k] for k in turn], **settings)
    assert (again.change == found.change[turn]).all()
    np.testing.assert_allclose(again.distance, found.distance[turn])


def test_looks_of_plain_pictures() -> None:
    white, black = np.full((8, 8, 3), 255, np.uint8), np.zeros((8, 8, 3), np.uint8)
    assert looks(white) == {"light": pytest.approx(255.0), "ink": 0.0, "edges": 0.0, "colour": 0.0}
    assert looks(black)["ink"] == 1.0
    half = white.copy()
    half[:, :4] = 0
    half[0, 0] = (100, 0, 0)
    found = looks(half)
    assert found["ink"] == 0.5
    assert found["edges"] > 20
    assert found["colour"] == pytest.approx(100 / 64)


# Words


def test_the_clearest_change_makes_the_name() -> None:
    chance = np.random.default_rng(0)
    base = chance.normal(0, 20, (50, 1)) + chance.normal(0, 1, (50, 3))
    values = {
        "light": base + np.array([100.0, 130, 200]),
        "ink": np.full((50, 3), 0.5) + chance.normal(0, 0.001, (50, 3)),
        "edges": chance.normal(50, 30, (50, 3)),
        "colour": np.zeros((50, 3)),
    }
    typicality = np.tile([0.1, 0.3, 0.2], (50, 1))
    features = np.zeros((50, 3, 4))
    features[:, 2] = 1
    found = describe(values, typicality, features, ["1900", "1910", "1920"])
    assert found.name == "lighter from 1900 to 1920"
    assert (found.most_typical, found.most_changed) == ("1910", "1920")
    assert found.curves["colour"] == [0.0, 0.0, 0.0]
    still = describe({k: values["colour"] for k in values}, typicality, features, ["a", "b", "c"])
    assert still.name == "hardly changes, most under c"


def test_a_fall_is_told_in_the_order_of_the_labels() -> None:
    assert step("ink", np.array([0.2, 0.9, 0.1]), ["a", "b", "c"]) == "thinner from b to c"
    assert step("ink", np.array([0.1, 0.9, 0.2]), ["a", "b", "c"]) == "heavier from a to b"


def test_clearness_and_shifts() -> None:
    rows = np.array([[0.0, 1], [10, 13]])  # rises of 1 and 3: mean 2, and each row half of it off
    assert clearness(rows) == pytest.approx(2 / 0.5)
    features = np.zeros((4, 3, 2))
    features[:, 0] = (3.0, 0.0)
    np.testing.assert_allclose(shifts(features), [2.0, 1.0, 1.0])
