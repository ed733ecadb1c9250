"""One process that forks, and one unbroken atlas, for all tests of faults of a worker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.forks import Forks, forks


@pytest.fixture(scope="package")
def forked() -> Iterator[Forks]:
    with forks() as process:
        yield process


@pytest.fixture(scope="package")
def root(forked: Forks, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures, a base model and an unbroken atlas."""
    root = tmp_path_factory.mktemp("faults")
    forked("prepare", root, False)
    return root


@pytest.fixture(scope="package")
def small(forked: Forks, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with fewer steps."""
    root = tmp_path_factory.mktemp("small")
    forked("prepare", root, True)
    return root
