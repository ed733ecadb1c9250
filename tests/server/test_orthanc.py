"""Results in a real archive: Orthanc with its DICOMweb plugin, on this machine alone."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from email.parser import BytesParser
from email.policy import HTTP
from io import BytesIO
from pathlib import Path
from typing import Any

import highdicom as hd
import httpx
import numpy as np
import pytest
from pydicom import dcmread

from diffmine.config import DataConfig
from diffmine.data.fetched import fetched
from diffmine.data.readers import read_image
from diffmine.data.sources import dataset_of
from diffmine.export.dicom.stow import send
from diffmine.folders import VARIABLE
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import build
from tests.helpers import quick
from tests.unit.data.readers.dicom.files import save
from tests.unit.data.readers.dicom.patients import patient, words, write_patient
from tests.unit.export.dicom.films import described, film, make_atlas
from tests.unit.export.dicom.test_identity import WHO
from tests.unit.export.dicom.test_round_trip import export

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
UID = "1.2.826.0.1.3680043.8.498.7"
TO_START = 60


@pytest.fixture
def orthanc(tmp_path: Path) -> Iterator[httpx.Client]:
    """An empty archive."""
    program = shutil.which("Orthanc", path="/usr/local/sbin:/usr/sbin:/usr/bin")
    if program is None or not PLUGIN.is_file():
        pytest.skip("no Orthanc with DICOMweb")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "StorageDirectory": str(tmp_path / "archive"),
        "IndexDirectory": str(tmp_path / "archive"),
        "HttpPort": port,
        "DicomServerEnabled": False,
        "RemoteAccessAllowed": False,
        "Plugins": [str(PLUGIN)],
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
    }
    (tmp_path / "orthanc.json").write_text(json.dumps(settings))
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen([program, str(tmp_path / "orthanc.json")], stderr=log) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
    ):
        try:
            began = time.monotonic()
            while time.monotonic() - began < TO_START:
                try:
                    client.get("/system").raise_for_status()
                    break
                except httpx.TransportError:
                    time.sleep(0.2)
            yield client
        finally:
            server.terminate()


def instances(client: httpx.Client) -> list[bytes]:
    """The files that it holds."""
    names = client.get("/instances").json()
    return [client.get(f"/instances/{name}/file").content for name in names]


def counts(client: httpx.Client) -> tuple[int, int, int]:
    """Patients, studies and instances."""
    told: dict[str, Any] = client.get("/statistics").json()
    return told["CountPatients"], told["CountStudies"], told["CountInstances"]


def test_results_are_filed_beside_their_film_where_it_may_name_the_patient(
    orthanc: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "user"))
    own = described(film(80, 100), 7, 12, SpecificCharacterSet="ISO_IR 192", **WHO)
    atlas = make_atlas(tmp_path, {"a.dcm": (own, film(80, 100))}).path
    address = f"{orthanc.base_url}/dicom-web"
    source = (tmp_path / "data" / "Pneumothorax" / "a.dcm").read_bytes()
    send(address, [(f"{UID}.1", source)], 1)
    assert counts(orthanc) == (1, 1, 1)
    asked = ("--label", "Pneumothorax", "--send", address)
    assert export(atlas, tmp_path / "named", *asked, "--identity") == 0
    assert counts(orthanc) == (1, 1, 6), "of one patient and one study"
    results = {path.read_bytes() for path in (tmp_path / "named").rglob("*.dcm")}
    assert results <= set(instances(orthanc)), "byte for byte"
    (study,) = orthanc.get("/dicom-web/studies", params={"StudyInstanceUID": f"{UID}.3"}).json()
    assert study["0020000D"]["Value"] == [f"{UID}.3"]
    told = orthanc.get(f"/dicom-web/studies/{UID}.3/metadata").json()
    names = {one["00100010"]["Value"][0]["Alphabetic"] for one in told}
    assert names == {WHO["PatientName"]}
    assert export(atlas, tmp_path / "nobody", *asked) == 0
    assert counts(orthanc) == (2, 2, 11), "a pseudonym is another patient"


def parts(client: httpx.Client, path: str) -> list[bytes]:
    """The files that WADO-RS answers with."""
    accept = 'multipart/related; type="application/dicom"'
    answer = client.get(f"/dicom-web/{path}", headers={"Accept": accept}).raise_for_status()
    head = f"Content-Type: {answer.headers['Content-Type']}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + answer.content)
    return [part.get_payload(decode=True) for part in message.iter_parts()]


def test_results_are_found_and_retrieved_as_they_were_sent(
    orthanc: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "user"))
    own = described(film(80, 100), 7, 12, SpecificCharacterSet="ISO_IR 192", **WHO)
    atlas = make_atlas(tmp_path, {"a.dcm": (own, film(80, 100))}).path
    address = f"{orthanc.base_url}/dicom-web"
    asked = ("--label", "Pneumothorax", "--identity", "--send", address)
    assert export(atlas, tmp_path / "out", *asked) == 0
    found = orthanc.get(f"/dicom-web/studies/{UID}.3/series").json()
    kinds = sorted(one["00080060"]["Value"][0] for one in found)
    assert kinds == ["OT", "SEG", "SEG", "SR"]
    (study,) = orthanc.get("/dicom-web/studies", params={"PatientID": WHO["PatientID"]}).json()
    assert set(study["00080061"]["Value"]) == {"OT", "SEG", "SR"}
    files = {
        str(dcmread(BytesIO(part)).SOPInstanceUID): part
        for part in parts(orthanc, f"studies/{UID}.3")
    }
    written = {
        str(dcmread(path).SOPInstanceUID): path for path in (tmp_path / "out").rglob("*.dcm")
    }
    assert files.keys() == written.keys()
    for name, path in written.items():
        theirs, ours = dcmread(BytesIO(files[name])), dcmread(path)
        assert theirs == ours, path.name
    folder = tmp_path / "out" / "film-001"
    check_retrieved(orthanc, folder)


def check_retrieved(client: httpx.Client, folder: Path) -> None:
    """What a viewer asks for: one instance of each kind, and the pixels of a frame."""
    for name in ("segments-boxes", "segments-heat", "report", "picture-boxes"):
        own = dcmread(folder / f"{name}.dcm")
        where = f"studies/{own.StudyInstanceUID}/series/{own.SeriesInstanceUID}"
        place = f"{where}/instances/{own.SOPInstanceUID}"
        (content,) = parts(client, place)
        if name == "report":
            report = hd.sr.srread(BytesIO(content))
            assert len(report.content.get_planar_roi_measurement_groups()) == 2
            continue
        if name.startswith("segments"):
            ours = hd.seg.segread(folder / f"{name}.dcm")
            assert (hd.seg.segread(BytesIO(content)).pixel_array == ours.pixel_array).all()
        if name == "picture-boxes":
            accept = 'multipart/related; type="application/octet-stream"'
            answer = client.get(f"/dicom-web/{place}/frames/1", headers={"Accept": accept})
            assert own.PixelData in answer.raise_for_status().content


def test_films_are_found_and_fetched_without_their_patient(
    orthanc: httpx.Client, tmp_path: Path
) -> None:
    for number, view in enumerate(("PA", "PA", "LL"), start=1):
        own = described(
            film(80, 100), number, 12, ViewPosition=view, BodyPartExamined="CHEST", **WHO
        )
        path = save(tmp_path / "film.dcm", own, film(80, 100))
        send(f"{orthanc.base_url}/dicom-web", [(own.SOPInstanceUID, path.read_bytes())], 1)
        path.unlink()
    how = DataConfig(label="ViewPosition", pause=0, downloads=str(tmp_path / "downloads"))
    place = f"dicomweb+{orthanc.base_url}/dicom-web?Modality=DX&BodyPartExamined=CHEST"
    dataset, report = fetched(dataset_of(place, how), how)
    assert report is not None
    assert (report.done, report.refused) == (3, 0)
    assert dataset.labels == ("LL", "PA")
    for record in dataset:
        assert np.asarray(read_image(record.path)).shape == (80, 100, 3)
    paths = [path for path in (tmp_path / "downloads").rglob("*") if path.is_file()]
    assert not [path for path in paths if b"ZQX" in path.read_bytes()]
    place = f"dicomweb+{orthanc.base_url}/dicom-web?SOPInstanceUID={UID.rpartition('.')[0]}.3.1"
    assert [record.label for record in dataset_of(place, replace(how, label="Modality"))] == ["DX"]


@pytest.mark.filterwarnings("ignore:Invalid value for VR")
@pytest.mark.filterwarnings("ignore:The value length")
def test_an_atlas_is_built_of_an_archive_and_its_results_go_back(
    orthanc: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "user"))
    address = f"{orthanc.base_url}/dicom-web"
    for number in range(1, 7):
        own = patient(number)
        own.ViewPosition = ("PA", "LL")[number % 2]
        path = write_patient(tmp_path / "film.dcm", own)
        send(address, [(own.SOPInstanceUID, path.read_bytes())], 1)
        path.unlink()
    config = quick(make_random(tmp_path / "base"))
    data = DataConfig(
        label="ViewPosition", kind="finding", view="source", image_size=32, pause=0,
        downloads=str(tmp_path / "downloads"),
    )  # fmt: skip
    build(f"dicomweb+{address}?Modality=DX", tmp_path / "atlas", replace(config, data=data))
    assert words().files(tmp_path / "archive"), "the archive knows who they are"
    before = counts(orthanc)
    assert export(tmp_path / "atlas", tmp_path / "out", "--send", address, "--count", "2") == 0
    results = [dcmread(path) for path in (tmp_path / "out").rglob("*.dcm")]
    assert {str(one.StudyInstanceUID) for one in results} <= {
        f"{UID.rpartition('.')[0]}.{number}.3" for number in range(1, 7)
    }
    assert counts(orthanc)[2] == before[2] + len(results)
    for name in ("user", "downloads", "atlas", "out"):
        assert not words().files(tmp_path / name)
