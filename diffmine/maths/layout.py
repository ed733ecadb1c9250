"""Features reduced to few dimensions: two are the places of patches on a map.

UMAP on the cosine (McInnes et al. 2018), started from the two principal components: they always
exist, while the eigenvectors UMAP would start from need a connected graph. A dozen points or fewer
have too few neighbours for UMAP and stay at their principal components.
"""

from __future__ import annotations

import warnings
from contextlib import suppress
from functools import cache

import numpy as np
from jaxtyping import Float
from threadpoolctl import threadpool_limits

_FEW = 12
_ROWS_EACH = 3
_BAND = 0.25


def layout(
    matrix: Float[np.ndarray, "n d"], *, neighbours: int, min_dist: float, seed: int
) -> Float[np.ndarray, "n 2"]:
    """Places for the rows, which need not be of length 1; the same rows give the same places.

    Rows that are all equal lie at (0, 0). Time grows with the rows, by about 0.4 ms for each. Wide
    bands without any row, across the whole map, are made narrow (decision 0080).
    """
    return closed(reduced(matrix, 2, neighbours=neighbours, min_dist=min_dist, seed=seed))


def closed(places: Float[np.ndarray, "n k"]) -> Float[np.ndarray, "n k"]:
    """The places without wide empty bands: along each axis no two that follow on each other are
    further apart than a quarter of the extent of the middle four fifths (at least a twentieth of
    the whole). Their order stays."""
    if len(places) < 2:
        return places
    order = np.argsort(places, axis=0, kind="stable")  # n k
    along = np.take_along_axis(places, order, 0)
    low, high = np.quantile(along, (0.1, 0.9), axis=0)  # k
    middle = np.maximum(high - low, np.ptp(places, axis=0) / 20)  # copies alone may be the middle
    too_far = np.maximum(np.diff(along, axis=0) - _BAND * middle, 0)
    if not too_far.any():
        return places
    moved = along - np.vstack([np.zeros_like(low), np.cumsum(too_far, axis=0)])
    out = np.empty_like(places)
    np.put_along_axis(out, order, moved.astype(places.dtype), 0)
    return out


def reduced(
    matrix: Float[np.ndarray, "n d"],
    dimensions: int,
    *,
    neighbours: int,
    min_dist: float,
    seed: int,
) -> Float[np.ndarray, "n k"]:
    """The same in more than two dimensions. UMAP needs several rows for each of them: of fewer the
    first principal components are left, as many as there are."""
    start = principal(matrix, dimensions)
    reach = float(np.abs(start).max(initial=0.0))
    if reach <= 1e-6 * float(np.abs(matrix).max(initial=0.0)):
        return np.zeros_like(start)
    if len(matrix) <= max(_FEW, _ROWS_EACH * dimensions):
        return start
    # UMAP would divide by the extent of an axis, which nothing guarantees to be above zero.
    jitter = np.random.default_rng(seed).normal(0, 1e-3 * reach, start.shape)
    from umap import UMAP

    _compile_once()
    # numba begins by telling OpenMP, which torch shares, to use every core from now on: whoever had
    # asked for fewer would not get them any more (findings/umap-takes-torch-all-cores.sh).
    with threadpool_limits(1, "openmp"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reducer = UMAP(
            n_components=dimensions,
            n_neighbors=min(neighbours, len(matrix) - 1),
            min_dist=min_dist,
            metric="cosine",
            init=(start + jitter).astype(np.float32),
            random_state=seed,
            n_jobs=1,
        )
        return np.asarray(reducer.fit_transform(matrix), np.float32)


@cache
def _compile_once() -> None:
    """Have numba keep on the disk what it compiles of UMAP. umap-learn 0.5.12 asks for that in the
    functions of its neighbours alone, and each process compiles the others for 5 to 16 seconds."""
    from umap import layouts, umap_, utils

    for module in (layouts, umap_, utils):
        for value in vars(module).values():
            own = getattr(getattr(value, "py_func", None), "__module__", "") == module.__name__
            if own and hasattr(value, "enable_caching"):
                with suppress(RuntimeError):  # no folder that can be written
                    value.enable_caching()


def principal(
    matrix: Float[np.ndarray, "n d"], dimensions: int = 2
) -> Float[np.ndarray, "n {dimensions}"]:
    """The first principal components, each with its largest value above zero; zeros for components
    that do not exist."""
    flat = np.zeros((len(matrix), dimensions), np.float32)
    if len(matrix) < 2:
        return flat
    centred = matrix.astype(np.float64) - matrix.mean(axis=0, dtype=np.float64)
    _, vectors = np.linalg.eigh(centred.T @ centred)  # d, ascending
    components = centred @ vectors[:, ::-1][:, :dimensions]  # n k
    largest = np.abs(components).argmax(axis=0)
    signs = np.where(components[largest, np.arange(components.shape[1])] < 0, -1.0, 1.0)
    flat[:, : components.shape[1]] = components * signs
    return flat
