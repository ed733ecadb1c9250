"""Neighbours against a double loop."""

import numpy as np
import pyarrow as pa
import pytest

from diffmine.atlas.neighbours import Neighbours, feature_matrix, highest
from diffmine.atlas.schemas import FEATURES


def table(matrix: np.ndarray, parts: int = 1) -> pa.Table:
    rows = [
        {"patch_id": f"p{row}", "feature": values.astype(np.float16)}
        for row, values in enumerate(matrix)
    ]
    cut = [rows[part::parts] for part in range(parts)]
    return pa.concat_tables([pa.Table.from_pylist(each, FEATURES) for each in cut])


def by_loop(found: pa.Table, name: str, count: int) -> list[tuple[str, float]]:
    """One pair of features, one number at a time."""
    features = {row["patch_id"]: [float(v) for v in row["feature"]] for row in found.to_pylist()}
    own, pairs = features[name], []
    for other, values in features.items():
        product = length = own_length = 0.0
        for a, b in zip(own, values, strict=True):
            product, length, own_length = product + a * b, length + b * b, own_length + a * a
        if other != name:
            pairs.append((other, product / (length * own_length) ** 0.5))
    return sorted(pairs, key=lambda pair: -pair[1])[:count]


@pytest.mark.parametrize("parts", [1, 3])
def test_nearest_is_the_double_loop(parts: int) -> None:
    found = table(np.random.default_rng(0).normal(size=(90, 7)), parts)
    near = Neighbours.of(found)
    for name in ("p0", "p44", "p89"):
        expected = by_loop(found, name, 10)
        got = near.nearest(name, 10)
        assert [each for each, _ in got] == [each for each, _ in expected]
        np.testing.assert_allclose([c for _, c in got], [c for _, c in expected], atol=1e-6)


def test_few_equal_and_unknown_patches() -> None:
    near = Neighbours.of(table(np.ones((3, 4))))
    assert [name for name, _ in near.nearest("p1", 24)] == ["p0", "p2"]
    assert near.nearest("p9", 24) == []
    assert near.nearest("p1", 0) == []
    assert Neighbours.of(table(np.ones((1, 4)))).nearest("p0", 5) == []
    empty = Neighbours.of(FEATURES.empty_table())
    assert empty.nearest("p0", 5) == []
    assert empty.centre(["p0"]) is None


def test_among_some_patches_by_their_centre() -> None:
    matrix = np.random.default_rng(1).normal(size=(40, 6))
    near = Neighbours.of(table(matrix))
    centre = near.centre(["p0", "p1", "unknown"])
    assert centre is not None
    pool = [f"p{row}" for row in range(10, 40)] + ["unknown"]
    unit = feature_matrix(table(matrix)).astype(float)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    scores = {f"p{row}": float(unit[row] @ (unit[0] + unit[1]) / 2) for row in range(10, 40)}
    expected = sorted(scores, key=lambda name: -scores[name])[:5]
    assert [name for name, _ in near.among(centre, pool, 5)] == expected


def test_highest_is_a_stable_sort() -> None:
    chance = np.random.default_rng(2)
    for _ in range(200):
        values = chance.integers(0, 6, int(chance.integers(0, 30))).astype(np.float32)
        count = int(chance.integers(0, 35))
        expected = np.argsort(-values, kind="stable")[:count].tolist()
        assert highest(values, count) == expected
