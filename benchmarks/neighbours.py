"""Nearest patches by cosine: exact search beside an approximate index (pynndescent).

    python -m benchmarks.neighbours 1000000 128

prints a line for each way: time to make ready, time of one query, share of the true neighbours.
Features are drawn around many centres, as those of patches that show the same things are.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from diffmine.atlas.names import Names
from diffmine.atlas.neighbours import Neighbours

COUNT = 24
QUERIES = 100
PER_CENTRE = 200
NOISE = 0.6


def drawn(rows: int, size: int) -> np.ndarray:
    """`rows` features of length 1 around one centre for every 200 of them: float16 (rows, size)."""
    random = np.random.default_rng(0)
    centres = random.normal(size=(max(1, rows // PER_CENTRE), size)).astype(np.float32)
    out = np.empty((rows, size), np.float16)
    for start in range(0, rows, 100_000):
        stop = min(start + 100_000, rows)
        own = centres[random.integers(0, len(centres), stop - start)]
        found = own + NOISE * random.standard_normal(own.shape, dtype=np.float32)
        out[start:stop] = found / np.linalg.norm(found, axis=1, keepdims=True)
    return out


def timed(ask: Callable[[int], list[int]], rows: list[int]) -> tuple[list[float], list[set[int]]]:
    """Seconds and answer of each query."""
    seconds, answers = [], []
    for row in rows:
        start = time.perf_counter()
        answers.append(set(ask(row)))
        seconds.append(time.perf_counter() - start)
    return seconds, answers


def line(name: str, ready: float, seconds: list[float], recall: float) -> None:
    middle, slow = np.quantile(seconds, [0.5, 0.95]) * 1000
    print(
        f"{name}: ready in {ready:.1f} s, a query in {middle:.1f} ms (95 %: {slow:.1f} ms), "
        f"recall of {COUNT} {recall:.3f}",
        flush=True,
    )


def main(count: int, size: int) -> None:
    features = drawn(count, size)
    print(f"{count:,} features of {size} dimensions", flush=True)
    rows = np.random.default_rng(1).choice(count, min(QUERIES, count), replace=False).tolist()
    start = time.perf_counter()
    near = Neighbours(Names(pa.chunked_array([[str(row) for row in range(count)]])), features)
    ready = time.perf_counter() - start
    seconds, truth = timed(
        lambda row: [int(name) for name, _ in near.nearest(str(row), COUNT)], rows
    )
    line("exact, float32", ready, seconds, 1.0)
    start = time.perf_counter()
    from pynndescent import NNDescent

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        index = NNDescent(near.matrix, metric="dot", n_neighbors=15, random_state=0)
        index.prepare()
        index.query(near.matrix[:1], k=COUNT + 1)
    ready = time.perf_counter() - start

    def ask(row: int) -> list[int]:
        found = index.query(near.matrix[row : row + 1], k=COUNT + 1)[0][0].tolist()
        return [each for each in found if each != row][:COUNT]

    seconds, answers = timed(ask, rows)
    shared = [len(a & b) / len(a) for a, b in zip(truth, answers, strict=True)]
    line("pynndescent, 15 neighbours", ready, seconds, float(np.mean(shared)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
