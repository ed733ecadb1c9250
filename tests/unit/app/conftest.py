"""One synthetic atlas for all tests of the app."""

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from diffmine.app.cache import served
from diffmine.app.page import build
from diffmine.app.shelf import Shelf
from tests.unit.app.make_atlas import make_atlas


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("atlases") / "shapes"
    make_atlas(path)
    return path


@pytest.fixture
def shelf(folder: Path) -> Shelf:
    from diffmine.atlas.writer import open_workspace

    return Shelf("shapes", open_workspace(folder), served())


@pytest.fixture(scope="session")
def desk(folder: Path) -> Any:
    """The desk of a built app: its panels hold the handlers."""
    blocks = build([folder])
    return next(fn.fn.__self__.desk for fn in blocks.fns.values() if hasattr(fn.fn, "__self__"))
