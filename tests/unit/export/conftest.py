"""One synthetic atlas whose words are not to be trusted; each test has a folder of the user of its
own."""

from pathlib import Path

import pytest

from diffmine.atlas.reader import Atlas
from diffmine.export.chosen import Chosen
from diffmine.folders import VARIABLE
from tests.unit.app.make_atlas import make_atlas

LABELS = ["1900", "=SUM(A1)", "<script>window.hit=1</script>", "Ж 年"]
NOTE = '=1+1 "quoted", <img src=x onerror=window.hit=1> ünï 年'


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "user"))


@pytest.fixture(scope="session")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    return make_atlas(tmp_path_factory.mktemp("export") / "shapes", labels=LABELS)


@pytest.fixture
def chosen(atlas: Atlas) -> list[Chosen]:
    """Two patches of each label, one with a note."""
    found = [atlas.patches(label)[at] for label in LABELS for at in (9, 0)]
    return [Chosen(p.patch_id, "" if at % 2 else NOTE) for at, p in enumerate(found)]
