"""Lists that forget against lists that keep everything."""

import numpy as np
import pytest

from diffmine.maths.ranking import CANDIDATE, Ranked, inside_noise, merit, rank_interval


def candidates(count: int, kind: str, seed: int) -> np.ndarray:
    chance = np.random.default_rng(seed)
    rows = np.zeros(count, CANDIDATE)
    for row in rows:
        name = chance.bytes(6).hex()
        row["typicality"] = round(float(chance.normal()), 1)  # many are equal
        row["merit"] = merit(kind, float(row["typicality"]), name)
        row["name"], row["group"] = name, chance.integers(-1, 5)
        row["se"], row["weight"] = 0.3, 1
    return rows


@pytest.mark.parametrize("kind", ["top", "least", "random"])
@pytest.mark.parametrize("per_group", [0, 1, 3])
@pytest.mark.parametrize("keep", [1, 5, 1000])
def test_cutting_on_the_way_changes_nothing(kind: str, per_group: int, keep: int) -> None:
    rows = candidates(400, kind, keep + per_group)
    ranked = Ranked(kind, keep, per_group)
    for start in range(0, 400, 7):
        batch = rows[start : start + 7]
        ranked.add(batch[batch["merit"] >= ranked.floor])
    ranked.prune()
    sign = {"top": -1, "least": 1, "random": 0}[kind]
    order = sorted(range(400), key=lambda k: (sign * rows["typicality"][k], rows["name"][k]))
    expected: list[int] = []
    for k in order:
        same = sum(rows["group"][other] == rows["group"][k] for other in expected)
        if not per_group or rows["group"][k] < 0 or same < per_group:
            expected.append(k)
    assert ranked.rows["name"].tolist() == rows["name"][expected[:keep]].tolist()
    assert ranked.cut == (len(expected) > keep)


def test_ranks_between_are_those_counted_one_by_one() -> None:
    for kind, sign in (("top", 1), ("least", -1)):
        rows = candidates(60, kind, 3)
        rows = rows[np.argsort(-rows["merit"], kind="stable")]
        low, high = rank_interval(rows, kind)
        scores = sign * rows["typicality"].astype(np.float32).astype(float)
        errors = rows["se"].astype(np.float32).astype(float)
        for k in range(60):
            assert low[k] == 1 + sum(scores > scores[k] + 2 * errors[k])
            assert high[k] == sum(scores >= scores[k] - 2 * errors[k])


def test_noise_is_near_zero_or_near_the_cut() -> None:
    rows = np.zeros(4, CANDIDATE)
    rows["typicality"], rows["se"], rows["weight"] = [9, 5, 4.9, 0.1], [0.1, 0.1, 0.1, 0.1], 1
    assert inside_noise(rows, "top", cut=False).tolist() == [False, False, False, True]
    assert inside_noise(rows[:3], "top", cut=True).tolist() == [False, True, True]
    assert inside_noise(rows[:3], "random", cut=True).tolist() == [False, False, False]
