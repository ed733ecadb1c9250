"""Results in a real archive: Orthanc with its DICOMweb plugin, on this machine alone."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from diffmine.config import DataConfig
from diffmine.data.fetched import fetched
from diffmine.data.readers import read_image
from diffmine.data.sources import dataset_of
from diffmine.export.dicom.stow import send
from diffmine.folders import VARIABLE
from tests.unit.data.readers.dicom.files import save
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
