"""One synthetic atlas for all tests of the app."""

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from make_atlas import make_atlas

from diffmine.ui.app import build
from diffmine.ui.cache import served
from diffmine.ui.shelf import Shelf


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("atlases") / "shapes"
    make_atlas(path)
    return path


@pytest.fixture
def shelf(folder: Path) -> Shelf:
    from diffmine.store.atlas import open_atlas

    return Shelf("shapes", open_atlas(folder), served())


@pytest.fixture(scope="session")
def desk(folder: Path) -> Any:
    """The desk of a built app: its panels hold the handlers."""
    blocks = build([folder])
    return next(fn.fn.__self__.desk for fn in blocks.fns.values() if hasattr(fn.fn, "__self__"))
