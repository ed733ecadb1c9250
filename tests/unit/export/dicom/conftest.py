"""The user's folder of each test is its own: where films lie is noted there."""

from pathlib import Path

import pytest

from diffmine.folders import VARIABLE


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "user"))
