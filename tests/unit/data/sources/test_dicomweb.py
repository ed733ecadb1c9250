"""Films of an archive: found, described and fetched by DICOMweb, without who they are of."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import Dataset as Elements
from pydicom import dcmread

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.writer import create_workspace
from diffmine.cli import main
from diffmine.config import DataConfig
from diffmine.data.fetched import fetched
from diffmine.data.readers import read_image
from diffmine.data.records import Dataset
from diffmine.data.sources import dataset_of
from diffmine.data.web import client as clients
from diffmine.errors import Cancelled, DataError
from diffmine.stages.collect.run import run as collect
from tests.unit.data.readers.dicom.files import save
from tests.unit.export.dicom.archive import Archive, archive
from tests.unit.export.dicom.films import described, film
from tests.unit.export.dicom.test_identity import planted_film

UID = "1.2.826.0.1.3680043.8.498"
WORDS = {"BodyPartExamined": "CHEST", "ViewPosition": "PA"}


def sop(number: int) -> str:
    return f"{UID}.{number}.1"


def add(server: Archive, folder: Path, own: Elements, stored: np.ndarray) -> bytes:
    """Put a film into an archive; the bytes of its file."""
    content = save(folder / "film.dcm", own, stored).read_bytes()
    server.stored[str(own.SOPInstanceUID)] = content
    return content


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    """Three chests from the front, one from the side, a hand, a CT, and a report."""
    monkeypatch.setattr(clients, "BACK_OFF", 0.001)
    with archive() as server:
        for number in (1, 2, 3):
            add(server, tmp_path, described(film(40, 50), number, 12, **WORDS), film(40, 50))
        side = {**WORDS, "ViewPosition": "LL"}
        add(server, tmp_path, described(film(50, 40), 4, 12, **side), film(50, 40))
        hand = {**WORDS, "BodyPartExamined": "HAND"}
        add(server, tmp_path, described(film(40, 40), 5, 12, **hand), film(40, 40))
        other = {**WORDS, "Modality": "CT"}
        add(server, tmp_path, described(film(40, 40), 6, 12, **other), film(40, 40))
        report = described(film(16, 16), 7, 12, Modality="SR", Rows=None, Columns=None)
        add(server, tmp_path, report, film(16, 16))
        yield server


def config(folder: Path, **changes: Any) -> DataConfig:
    how = {"label": "ViewPosition", "pause": 0, "image_size": 16}
    return DataConfig(**how | {"downloads": str(folder / "downloads")} | changes)


def asked(server: Archive, words: str = "") -> str:
    return f"dicomweb+{server.address}{words}"


def names(dataset: Dataset) -> list[str]:
    return [record.image_id for record in dataset]


def test_films_are_found_by_words_and_come_as_they_are_stored(
    server: Archive, tmp_path: Path
) -> None:
    how = config(tmp_path)
    dataset = dataset_of(asked(server, "?Modality=DX&BodyPartExamined=chest"), how)
    assert names(dataset) == [f"{sop(number)}.dcm" for number in (1, 2, 3, 4)]
    assert dataset.labels == ("LL", "PA")
    assert [record.group for record in dataset] == [f"{UID}.{n}.3" for n in (1, 2, 3, 4)]
    assert "4 films are not here yet" in dataset.notes[-1]
    assert not any("instances" in path for path in server.asked), "nothing was fetched"
    whole, report = fetched(dataset, how)
    assert report is not None
    assert (report.done, report.refused) == (4, 0)
    for record in whole:
        original = tmp_path / "original.dcm"
        original.write_bytes(server.stored[record.image_id.removesuffix(".dcm")])
        same = np.asarray(read_image(record.path)) == np.asarray(read_image(original))
        assert same.all()
        assert dcmread(record.path).PatientIdentityRemoved == "YES"


@pytest.mark.parametrize("error", ["deaf", "silent"])
def test_a_server_that_errs_on_filters_gives_the_same(
    server: Archive, tmp_path: Path, error: str
) -> None:
    """One that passes over them, and one that says nothing of what it has."""
    setattr(server, error, True)
    dataset = dataset_of(asked(server, "?Modality=DX&BodyPartExamined=CHEST"), config(tmp_path))
    assert names(dataset) == [f"{sop(number)}.dcm" for number in (1, 2, 3, 4)]
    assert any("3 other pictures" in note for note in dataset.notes)


def test_a_view_is_filtered_here_and_a_report_is_refused(server: Archive, tmp_path: Path) -> None:
    how = config(tmp_path, label="BodyPartExamined")
    dataset = dataset_of(asked(server, "?ViewPosition=PA"), how)
    assert names(dataset) == [f"{sop(number)}.dcm" for number in (1, 2, 3, 5, 6)]
    assert dataset.labels == ("CHEST", "HAND")
    everything = dataset_of(asked(server), config(tmp_path))
    assert everything.refused == ((f"{sop(7)}.dcm", "it holds no picture"),)


@pytest.mark.parametrize(
    "words",
    [f"?StudyInstanceUID={UID}.1.3,{UID}.4.3",
     f"?SOPInstanceUID={UID}.1.1&sopinstanceuid={UID}.4.1",
     f"?SeriesInstanceUID={UID}.1.2&SeriesInstanceUID={UID}.4.2"],
)  # fmt: skip
def test_films_are_found_by_their_uids(server: Archive, tmp_path: Path, words: str) -> None:
    dataset = dataset_of(asked(server, words), config(tmp_path))
    assert names(dataset) == [f"{sop(1)}.dcm", f"{sop(4)}.dcm"]


@pytest.mark.parametrize("kind", ["StudyInstanceUID", "Series UID", "sop_uid"])
def test_labels_of_a_table_by_uid(server: Archive, tmp_path: Path, kind: str) -> None:
    last = {"StudyInstanceUID": 3, "Series UID": 2, "sop_uid": 1}[kind]
    rows = [(1, "Mass|Edema", "a"), (2, "No Finding", "a"), (5, "Mass", "b"), (99, "Mass", "c")]
    lines = [f"{UID}.{number}.{last},{label},{who}" for number, label, who in rows]
    table = tmp_path / "labels.csv"
    table.write_text("\n".join([f"{kind},finding,patient", *lines]))
    how = config(tmp_path, label="finding", group="patient", table=str(table))
    dataset = dataset_of(asked(server), how)
    assert {one.image_id: one.labels for one in dataset} == {
        f"{sop(1)}.dcm": ("Mass", "Edema"),
        f"{sop(2)}.dcm": ("No Finding",),
        f"{sop(5)}.dcm": ("Mass",),
    }
    assert [one.group for one in dataset] == ["a", "a", "b"]
    assert dataset.records[0].also == (("ViewPosition", "PA"),)
    (row,) = (row for row in dataset.refused if row[0] == f"{UID}.99.{last}")
    assert row[1] == "it is not among the pictures of the archive that were asked for"
    chests = dataset_of(asked(server, "?BodyPartExamined=CHEST&Modality=DX"), how)
    assert names(chests) == [f"{sop(1)}.dcm", f"{sop(2)}.dcm"]
    assert (f"{sop(3)}.dcm", "no row of labels.csv names it") in chests.refused


def test_what_is_there_is_not_asked_for_again(server: Archive, tmp_path: Path) -> None:
    how = config(tmp_path)
    place = asked(server, "?BodyPartExamined=CHEST")

    def stop(stage: str, done: int, total: int, unit: str, note: str = "") -> None:
        if stage == "fetch" and done >= 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        fetched(dataset_of(place, how), how, stop)
    first = list(server.asked)
    assert sum("instances" in path for path in first) == 2
    whole, report = fetched(dataset_of(place, how), how)
    assert report is not None
    assert (report.done, report.kept) == (3, 2)
    assert len(server.asked) == len(first) + 3
    assert all(record.path.is_file() for record in whole)
    assert dataset_of(place, how).records
    assert len(server.asked) == len(first) + 3, "no network is needed any more"
    dataset_of(place, replace(how, again=True))
    assert len(server.asked) > len(first) + 3


def test_a_name_and_a_password_are_told_to_the_archive_alone(
    server: Archive,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    server.needed = "Basic YW5uYTpzZWNyZXQvd29yZA=="  # anna:secret/word
    how = config(tmp_path)
    with pytest.raises(DataError, match="asks for a login"):
        dataset_of(asked(server), how)
    place = asked(server, "?Modality=DX").replace("//", "//anna:secret%2Fword@")
    dataset, _ = fetched(dataset_of(place, how), how)
    assert len(dataset) == 5
    with pytest.raises(DataError) as error:
        dataset_of(place.replace("DX", "CT"), replace(how, label="Rows"))
    told = "".join(capfd.readouterr()) + caplog.text + repr(dataset) + str(error.value)
    files = (path for path in (tmp_path / "downloads").rglob("*") if path.is_file())
    told += "".join(f"{path} {path.read_bytes()!r}" for path in files)
    assert "secret" not in told
    assert "YW5uYT" not in told


def test_the_login_is_not_said_to_another_server(server: Archive, tmp_path: Path) -> None:
    with archive() as other:
        client = clients.Client(server.address, 0.0, login="anna:secret")
        with pytest.raises(DataError), (tmp_path / "x").open("w+b") as file:
            client.fetch(f"{other.address}/studies/1/metadata", file, 100, "*/*")
        client.close()
    assert other.authorisation == {""}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("?Modalty=DX", "An archive is not asked for 'Modalty'; there are StudyInstanceUID, "),
        ("?Modality=XR", "Modality is never 'XR'; it is one of BDUS, "),
        ("?PatientName=Doe", "not asked for 'PatientName'"),
        ("?StudyInstanceUID=1.2.x", "which is no UID"),
        ("?StudyInstanceUID=1.2.3", "names no series|has no picture"),
        ("#x", "is no address of an archive"),
    ],
)
def test_what_cannot_be_asked_for(server: Archive, tmp_path: Path, words: str, says: str) -> None:
    place = asked(server, words).replace("//", "//anna:secret@")
    with pytest.raises(DataError, match=says) as error:
        dataset_of(place, config(tmp_path))
    assert "secret" not in str(error.value)


def test_a_name_is_no_column(server: Archive, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no column 'PatientName'; its columns are file_name"):
        dataset_of(asked(server), config(tmp_path, label="PatientName"))


def test_more_than_is_to_be_fetched_is_not_begun(server: Archive, tmp_path: Path) -> None:
    how = config(tmp_path, fetch_limit=1e-5)
    with pytest.raises(DataError, match="1e-05 GB are the most that one build fetches"):
        fetched(dataset_of(asked(server), how), how)
    assert not any("instances" in path for path in server.asked)


@pytest.mark.parametrize(
    ("status", "content", "says"),
    [
        (200, b"<html>log in</html>", "sent no film but something else"),
        (200, b'--a-b\r\nContent-Type: a/b\r\n\r\nno film\r\n--a-b--', "is no DICOM file"),
        (200, b"another", "another film came"),
        (404, b"", "answers 404"),
        (200, b"x" * 17 * 2**20, "sends more than 16 MB"),
    ],
)  # fmt: skip
def test_a_film_that_does_not_come_is_a_refused_row(
    server: Archive, tmp_path: Path, status: int, content: bytes, says: str
) -> None:
    if content == b"another":
        inside = server.stored[sop(2)]
        content = b"--a-b\r\n\r\n" + inside + b"\r\n--a-b--"
    server.troubles[sop(1)] = [(status, content)] * 2
    how = config(tmp_path)
    dataset, report = fetched(dataset_of(asked(server, "?Modality=DX"), how), how)
    assert report is not None
    assert report.refused == 1
    (row,) = (row for row in dataset.refused if row[0] == f"{sop(1)}.dcm")
    assert says in row[1]
    assert not list((tmp_path / "downloads").rglob("*tmp"))


def test_a_film_cut_on_the_way_is_asked_for_again(server: Archive, tmp_path: Path) -> None:
    cut = b"--a-b\r\n\r\n" + server.stored[sop(1)][:900]
    server.troubles[sop(1)] = [(200, cut), (503, b"")]
    how = config(tmp_path)
    _, report = fetched(dataset_of(asked(server, "?Modality=DX"), how), how)
    assert report is not None
    assert report.refused == 0


def test_what_is_not_uncompressed_there_comes_as_it_is_stored(
    server: Archive, tmp_path: Path
) -> None:
    server.troubles[sop(1)] = [(406, b"")]
    how = config(tmp_path)
    _, report = fetched(dataset_of(asked(server, "?Modality=DX"), how), how)
    assert report is not None
    assert report.refused == 0


@pytest.mark.filterwarnings("ignore:Invalid value for VR")
@pytest.mark.filterwarnings("ignore:The value length")
def test_no_planted_identity_is_written_or_said(
    server: Archive,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    own, words = planted_film()
    content = add(server, tmp_path, own, film(80, 100))
    assert len(words) >= 50
    assert all(word.encode() in content for word in words)
    (tmp_path / "film.dcm").unlink()
    capfd.readouterr()
    caplog.clear()
    how = config(tmp_path, label="Modality", view="source")
    dataset, report = fetched(dataset_of(asked(server), how), how)
    assert report is not None
    assert report.refused == 0
    atlas = create_workspace(tmp_path / "atlas", Manifest(title="films", labels=[]))
    with atlas.hold():
        collect(atlas, dataset, how)
    everything = "".join(capfd.readouterr()) + caplog.text + repr(dataset)
    paths = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.suffix == ".dcm" for path in paths)
    written = b"".join(str(path).encode() + path.read_bytes() for path in paths)
    assert not [one for one in [*words, "ZQX"] if one.encode() in written + everything.encode()]


@pytest.mark.slow
def test_info_reads_an_archive(
    server: Archive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = asked(server, "?BodyPartExamined=CHEST&Modality=DX").replace("//", "//anna:secret@")
    how = ("--label", "ViewPosition", "--data.downloads", str(tmp_path / "downloads"))
    with pytest.raises(SystemExit) as ended:
        main(["info", place, *how, "--data.pause", "0", "--as", "csv"])
    assert ended.value.code == 0
    told = capsys.readouterr()
    assert "label,LL,1,,\nlabel,PA,3,," in told.out
    assert "secret" not in told.out + told.err
