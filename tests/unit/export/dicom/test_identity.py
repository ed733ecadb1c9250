"""Who the patient is leaves only where it was asked for, and then in no element but those that a
valid file must have a place for."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from diffmine.app.cache import Cache
from diffmine.app.downloads import made
from diffmine.app.shelf import Shelf
from diffmine.atlas.reader import Atlas
from diffmine.atlas.writer import open_workspace
from diffmine.config import DataConfig
from diffmine.data.fetched import fetched
from diffmine.data.readers.dicom.source_image import IDENTITY
from diffmine.data.sources import dataset_of
from diffmine.export.chosen import listed
from tests.unit.data.readers.dicom.files import save
from tests.unit.data.readers.dicom.test_identity import planted
from tests.unit.export.dicom.archive import archive
from tests.unit.export.dicom.films import atlas_of, described, film, make_atlas
from tests.unit.export.dicom.test_round_trip import export

pytestmark = [
    pytest.mark.filterwarnings("ignore:Invalid value for VR"),
    pytest.mark.filterwarnings("ignore:The value length"),
]
LABEL = ("--label", "Pneumothorax")
WHO = {
    "PatientName": "ZQXDoe^Jané",
    "PatientID": "ZQX-4711",
    "PatientBirthDate": "19500101",
    "PatientSex": "F",
    "StudyDate": "20200203",
    "StudyTime": "101530",
    "StudyID": "ZQX-S",
    "AccessionNumber": "ZQX-A",
    "ReferringPhysicianName": "ZQXRoe^R",
}


def planted_film(**elements: str) -> tuple[Dataset, list[str]]:
    """A film with identities in all its elements, codes too; what they are."""
    own = described(film(80, 100), 7, 12)
    words = planted(own)
    own.BodyPartExamined, own.ViewPosition, own.Laterality = "ZQX90NAME", "ZQX91NAME", "ZQX92NAME"
    own.PatientOrientation, own.SpecificCharacterSet = ["ZQX93", "ZQX94"], "ISO_IR 192"
    for name, value in elements.items():
        setattr(own, name, value)
    return own, [*words, "ZQX90", "ZQX91", "ZQX92", "ZQX93", "ZQX94"]


def planted_atlas(folder: Path, **elements: str) -> tuple[Atlas, list[str]]:
    own, words = planted_film(**elements)
    return make_atlas(folder, {"ZQX99FILE.dcm": (own, film(80, 100))}), words


def written(folder: Path) -> bytes:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    assert len(paths) >= 7
    return b"".join(str(path.relative_to(folder)).encode() + path.read_bytes() for path in paths)


def test_none_of_fifty_identities_is_written_said_or_served(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    atlas, words = planted_atlas(tmp_path)
    assert len(words) >= 50
    caplog.clear()
    capfd.readouterr()
    assert export(atlas.path, tmp_path / "out", *LABEL) == 0
    (tmp_path / "cache").mkdir()
    shelf = Shelf("0", open_workspace(atlas.path), Cache(tmp_path / "cache"))
    served = made(shelf, listed(atlas, ["Pneumothorax"]), "dicom", "mine", False)
    told = "".join(capfd.readouterr()) + caplog.text
    everything = written(tmp_path / "out") + served.read_bytes() + told.encode()
    assert not [word for word in [*words, "ZQX"] if word.encode() in everything]
    for path in (tmp_path / "out").rglob("*.dcm"):
        result = dcmread(path)
        assert result.PatientIdentityRemoved == "YES"
        assert result.PatientID.startswith("diffmine-")
        assert not result.StudyDate
        assert result.StudyInstanceUID == "1.2.826.0.1.3680043.8.498.7.3"


@pytest.mark.parametrize("name", ["ZQXDoe^Jané", "ZQXDoe"])  # of one, highdicom warns with it
def test_with_identity_the_elements_of_type_two_are_those_of_the_film(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    who = {**WHO, "PatientName": name}
    atlas, words = planted_atlas(tmp_path, **who)
    capfd.readouterr()
    assert export(atlas.path, tmp_path / "out", *LABEL, "--identity") == 0
    assert "ZQX" not in "".join(capfd.readouterr())
    paths = list((tmp_path / "out").rglob("*.dcm"))
    assert len(paths) == 5
    for path in paths:
        result = dcmread(path)
        assert {name: str(result[name].value) for name in IDENTITY} == who
        assert "PatientIdentityRemoved" not in result
        holders = {one.keyword for one in everything(result) if "ZQX" in str(one.value)}
        assert holders == {name for name, text in who.items() if "ZQX" in text}
        content = path.read_bytes()
        assert not [word for word in words if word.encode() in content]
    for name in ("index.json", "boxes.csv"):
        assert b"ZQX" not in (tmp_path / "out" / name).read_bytes()


def everything(own: Dataset) -> Iterator[object]:
    """The elements that hold no others."""
    return (element for element in own.iterall() if element.VR != "SQ")


@pytest.mark.parametrize(
    "wrong",
    [
        {"PatientBirthDate": "19501301"},
        {"StudyTime": "256000"},
        {"PatientID": "a\\b"},
        {"AccessionNumber": "ZQX-longer-than-16"},
        {"PatientName": "ZQX^a^b^c^d^e"},
        {"PatientSex": "ZQX"},
    ],
)
def test_an_identity_that_cannot_be_copied_is_not_copied_in_part(
    wrong: dict[str, str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    own = described(film(80, 100), 7, 12)
    for name, value in {**WHO, **wrong}.items():
        setattr(own, name, value)
    atlas = make_atlas(tmp_path, {"a.dcm": (own, film(80, 100))})
    capfd.readouterr()
    assert export(atlas.path, tmp_path / "out", *LABEL, "--identity") == 2
    told = "".join(capfd.readouterr())
    assert "in a way that cannot be copied" in told
    assert "ZQX" not in told
    assert not (tmp_path / "out").exists()


def test_films_of_an_archive_have_no_identity_to_give(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    own = described(film(80, 100), 7, 12, SpecificCharacterSet="ISO_IR 192", **WHO)
    content = save(tmp_path / "a.dcm", own, film(80, 100)).read_bytes()
    how = DataConfig(label="Modality", pause=0, downloads=str(tmp_path / "downloads"))
    with archive() as server:
        server.stored[str(own.SOPInstanceUID)] = content
        dataset, _ = fetched(dataset_of(f"dicomweb+{server.address}", how), how)
        atlas = atlas_of(tmp_path, dataset=dataset)
        asked = len(server.asked)
        capfd.readouterr()
        out, send = tmp_path / "out", ("--send", server.address)
        assert export(atlas.path, out, "--identity", *send) == 2
        assert len(server.asked) == asked, "nothing is sent"
    told = "".join(capfd.readouterr()).replace("\n", " ")
    assert "who the patient is, which was taken out of the files of these films" in told
    assert "that it fetches from an archive" in told
    assert not out.exists()
    assert export(atlas.path, out) == 0
    assert dcmread(out / "film-001" / "report.dcm").PatientID.startswith("diffmine-")


def test_a_name_where_a_uid_is_expected_is_no_uid(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    own = described(film(80, 100), 7, 12, SeriesInstanceUID="1.2.3")
    own["SeriesInstanceUID"]._value = "ZQXDoe^Jane"
    atlas = make_atlas(tmp_path, {"a.dcm": (own, film(80, 100))})
    assert export(atlas.path, tmp_path / "out", *LABEL) == 2
    told = "".join(capfd.readouterr())
    assert "no DICOM picture that results can name" in told
    assert "ZQX" not in told
