"""DICOM: a folder that is replaced only when it is ours, and a file that does not grow large."""

from pathlib import Path

import pytest

from diffmine.errors import UsageError
from diffmine.export.chosen import listed
from diffmine.export.formats import dicom
from diffmine.export.order import Order
from tests.unit.export.dicom.test_films import LABEL, two
from tests.unit.export.dicom.test_round_trip import export


def test_a_folder_of_results_is_replaced_when_that_is_said(tmp_path: Path) -> None:
    atlas = two(tmp_path)
    out = tmp_path / "out"
    assert export(atlas.path, out, *LABEL) == 0
    before = {path.read_bytes() for path in out.rglob("*.dcm")}
    assert export(atlas.path, out, *LABEL) == 2
    assert export(atlas.path, out, *LABEL, "--force") == 0
    assert not before & {path.read_bytes() for path in out.rglob("*.dcm")}
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "index.json").write_text('{"generator": "mine"}')
    assert export(atlas.path, tmp_path / "mine", *LABEL, "--force") == 2


def test_a_file_that_is_held_in_memory_has_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    atlas = two(tmp_path)
    monkeypatch.setattr(dicom, "MOST", 1)
    chosen = listed(atlas, ["Pneumothorax"])
    with pytest.raises(UsageError, match=r"2 films; choose those of at most 1\."):
        list(dicom.files(Order(atlas, chosen)))
