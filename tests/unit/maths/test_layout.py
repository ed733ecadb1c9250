"""Places on the map for none, few and many, whatever they are."""

from pathlib import Path

import numpy as np
import pytest
import torch
import umap
from umap import layouts, umap_, utils

from diffmine.maths.layout import closed, layout, principal

SETTINGS = {"neighbours": 15, "min_dist": 0.1, "seed": 0}


def drawn(count: int, kind: str) -> np.ndarray:
    chance = np.random.default_rng(count)
    if kind == "same":
        return np.tile(chance.normal(size=(1, 6)), (count, 1)).astype(np.float32)
    if kind == "two":
        return chance.normal(size=(2, 6))[np.arange(count) % 2].astype(np.float32)
    if kind == "line":
        return (np.arange(1, count + 1)[:, None] * np.ones((1, 6))).astype(np.float32)
    return chance.normal(size=(count, 6)).astype(np.float32)


@pytest.mark.parametrize("kind", ["any", "same", "two", "line"])
def test_every_count_has_its_places(kind: str) -> None:
    for count in (*range(17), 40):
        places = layout(drawn(count, kind), **SETTINGS)
        assert places.shape == (count, 2)
        assert places.dtype == np.float32
        assert np.isfinite(places).all()
        if kind == "same":
            np.testing.assert_allclose(places, 0, atol=1e-6)


@pytest.mark.parametrize("width", [1, 2])
def test_narrow_features_have_places(width: int) -> None:
    matrix = np.random.default_rng(0).normal(size=(20, width)).astype(np.float32)
    assert np.isfinite(layout(matrix, **SETTINGS)).all()
    assert np.isfinite(layout(matrix[:5], **SETTINGS)).all()


def test_copies_of_one_do_not_push_the_others_together() -> None:
    """Fifty copies of a row in the midst of 1,500 fly off by several times the extent of the rest
    (findings/umap-throws-copies-out-of-the-midst.sh), which then shares what is left of a map."""
    chance = np.random.default_rng(0)
    rows = chance.normal(size=(1500, 64)).astype(np.float32)
    places = layout(np.vstack([rows, np.repeat(rows[:1], 49, axis=0)]), **SETTINGS)
    rest, copies = places[1:1500], np.vstack([places[:1], places[1500:]])
    share = np.ptp(rest, axis=0) / np.ptp(places, axis=0)
    assert share.min() > 0.7, "most of the map belongs to the rest"
    assert np.ptp(copies, axis=0).max() < 0.2 * np.ptp(rest, axis=0).min(), "copies lie together"


def test_empty_bands_are_narrow_and_the_order_stays() -> None:
    chance = np.random.default_rng(1)
    places = chance.uniform(size=(60, 2)).astype(np.float32)
    assert closed(places) is places, "nothing is moved where there is none"
    places[50:] += (9, -4)
    moved = closed(places)
    assert np.array_equal(np.argsort(moved, axis=0), np.argsort(places, axis=0))
    low, high = np.quantile(places, (0.1, 0.9), axis=0)
    assert (np.diff(np.sort(moved, axis=0), axis=0) <= 0.25 * (high - low) + 1e-5).all()
    near = np.ptp(places[50:], axis=0), np.ptp(moved[50:], axis=0)
    np.testing.assert_allclose(*near, rtol=1e-4, err_msg="what lies together is not moved apart")


def test_one_beside_many_copies_keeps_a_place_of_its_own() -> None:
    rows = np.repeat(drawn(2, "any"), (11, 1), axis=0)  # the middle four fifths are one point
    places = layout(rows, **SETTINGS)
    assert np.linalg.norm(places[0] - places[-1]) > 0.01 * np.linalg.norm(rows[0] - rows[-1])


def test_the_same_rows_have_the_same_places() -> None:
    matrix = drawn(60, "any")
    assert np.array_equal(layout(matrix, **SETTINGS), layout(matrix.copy(), **SETTINGS))


def test_what_is_alike_lies_together() -> None:
    centres = np.repeat(np.eye(6)[:3], 30, axis=0)
    noise = np.random.default_rng(0).normal(0, 0.05, (90, 6))
    places = layout((centres + noise).astype(np.float32), **SETTINGS)
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    assert np.array_equal(apart.argmin(axis=1) // 30, np.arange(90) // 30)


def test_principal_components_are_those_of_the_singular_values() -> None:
    matrix = drawn(30, "any")
    _, values, vectors = np.linalg.svd(matrix - matrix.mean(axis=0), full_matrices=False)
    found = principal(matrix)
    np.testing.assert_allclose(np.linalg.norm(found, axis=0), values[:2], rtol=1e-5)
    expected = (matrix - matrix.mean(axis=0)) @ vectors[:2].T
    np.testing.assert_allclose(np.abs(found), np.abs(expected), atol=1e-5)


def test_a_layout_leaves_torch_the_threads_that_it_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """UMAP takes every core at its first use in a process (findings/umap-takes-torch-all-cores.sh);
    it may have been used by another test."""
    before = torch.get_num_threads()

    class Greedy(umap.UMAP):  # type: ignore[misc]
        def fit_transform(self, rows: np.ndarray) -> np.ndarray:
            torch.set_num_threads(before + 1)
            return rows[:, :2]

    monkeypatch.setattr(umap, "UMAP", Greedy)
    rows = np.random.default_rng(0).normal(size=(60, 8)).astype(np.float32)
    layout(rows, neighbours=5, min_dist=0.1, seed=0)
    after = torch.get_num_threads()
    torch.set_num_threads(before)
    assert after == before


def test_what_is_compiled_for_a_layout_is_kept_for_other_processes() -> None:
    layout(drawn(60, "any"), **SETTINGS)

    for function in (
        utils.fast_knn_indices,
        umap_.smooth_knn_dist,
        umap_.compute_membership_strengths,
        layouts._nb_optimize_layout_euclidean_single_epoch,
    ):
        stats = function.stats
        used = sum(stats.cache_hits.values()) + sum(stats.cache_misses.values())
        assert used, f"{function} was compiled for this process alone"
        assert Path(stats.cache_path).is_dir()
