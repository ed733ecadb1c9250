"""A whole small model, made once."""

from pathlib import Path

import pytest
from torch import Tensor

from tests.unit.model.foreign import made


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.whole(tmp_path_factory.mktemp("foreign") / "owner" / "base")


@pytest.fixture(scope="session")
def truth(base: Path) -> Tensor:
    """What that model predicts."""
    return made.predicted(base)
