"""Results that are sent to an archive: as they were written, and what is said when it refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from diffmine.errors import DataError, UsageError
from diffmine.export.dicom.stow import check_address, send
from tests.unit.export.dicom.archive import archive
from tests.unit.export.dicom.films import described, film, make_atlas
from tests.unit.export.dicom.test_round_trip import export

PASSWORD = "secret-word"


@pytest.fixture
def atlas(tmp_path: Path) -> Path:
    stored = film(80, 100)
    return make_atlas(tmp_path, {"a.dcm": (described(stored, 7, 12), stored)}).path


def test_an_archive_holds_what_was_written(
    atlas: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with archive() as server:
        address = server.address.replace("//", f"//anna:{PASSWORD}@")
        more = ("--label", "Pneumothorax", "--send", f"{address}/")
        assert export(atlas, tmp_path / "out", *more) == 0
    written = {path.read_bytes() for path in (tmp_path / "out").rglob("*.dcm")}
    assert len(written) == 5
    assert set(server.stored.values()) == written
    assert set(server.asked) == {"/dicom-web/studies"}
    (authorisation,) = server.authorisation
    assert authorisation.startswith("Basic ")
    told = capsys.readouterr()
    assert "5 results are stored at 127.0.0.1." in told.out
    assert PASSWORD not in told.out + told.err


@pytest.mark.parametrize(
    ("status", "empty", "says"),
    [
        (409, False, r"127\.0\.0\.1 did not store a result \(status 409, reason 272\); 0 of 5"),
        (503, True, r"\(status 503\); 0 of 5 are stored there"),
        (307, False, r"\(status 307"),
        (200, True, r"\(it does not say that it did\)"),
    ],
)
def test_an_archive_that_does_not_store(
    status: int,
    empty: bool,
    says: str,
    atlas: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with archive(status, empty) as server:
        more = ("--label", "Pneumothorax", "--send", server.address)
        assert export(atlas, tmp_path / "out", *more) == 2
    assert len(server.asked) == 1, "it is not asked again, and not elsewhere"
    assert len(list((tmp_path / "out").rglob("*.dcm"))) == 5, "what was written stays"

    assert re.search(says, capsys.readouterr().err)


def test_an_archive_that_is_not_there() -> None:
    with archive() as server:
        address = server.address.replace("//", f"//anna:{PASSWORD}@")
    with pytest.raises(DataError, match="ConnectError") as error:
        send(address, [("1.2", b"")], 1)
    assert PASSWORD not in str(error.value)


@pytest.mark.parametrize(
    "address", ["", "archive/dicom-web", "ftp://host/a", "http://", "http://a/?x=1", "http://a:x/"]
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(UsageError, match="DICOMweb"):
        check_address(address)
