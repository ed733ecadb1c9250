"""Who the patient is stands in no byte that collect writes, and in no sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.writer import create_workspace
from diffmine.config import DataConfig
from diffmine.data.sources import open_dataset
from diffmine.stages.collect.run import run
from tests.unit.data.readers.dicom.files import PLAIN, dataset, lut, save

NAMED = """
PatientName PatientID OtherPatientIDs PatientBirthDate PatientBirthTime PatientAddress
PatientTelephoneNumbers PatientMotherBirthName PatientComments AdditionalPatientHistory
EthnicGroup Occupation MilitaryRank AccessionNumber InstitutionName InstitutionAddress
InstitutionalDepartmentName StationName ReferringPhysicianName ReferringPhysicianAddress
PerformingPhysicianName OperatorsName NameOfPhysiciansReadingStudy RequestingPhysician StudyID
StudyDescription SeriesDescription ProtocolName ImageComments DeviceSerialNumber ResponsiblePerson
PatientReligiousPreference CurrentPatientLocation RequestingService AdmissionID IssuerOfPatientID
FrameComments AcquisitionComments DetectorID PlateID CassetteID DerivationDescription
WindowCenterWidthExplanation RegionOfResidence CountryOfResidence"""


def planted(own: Dataset) -> list[str]:
    """Put identities everywhere into a data set; what they are."""
    words = []

    def word() -> str:
        words.append(f"ZQX{len(words):02d}NAME")
        return words[-1]

    for name in NAMED.split():
        date = dictionary_VR(name) in ("DA", "TM")
        own.add_new(name, "LO" if date else dictionary_VR(name), word())
    private = own.private_block(0x0009, word(), create=True)
    private.add_new(1, "LO", word())
    private.add_new(2, "OB", word().encode())
    inner = Dataset()
    inner.PatientName, inner.PatientID = word(), word()
    own.OtherPatientIDsSequence = Sequence([inner])
    own["OtherPatientIDsSequence"].is_undefined_length = True
    own.add_new(0x60003000, "OW", word().encode() + b" ")
    own.add_new(0x60000022, "LO", word())
    own.add_new(0xFFFCFFFC, "OB", word().encode() + b" ")
    table = lut([256, 0, 8], bytes(range(256)))
    table.LUTExplanation = word()
    own.VOILUTSequence = Sequence([table])
    return words


@pytest.mark.filterwarnings("ignore:Invalid value for VR")
def test_no_planted_identity_leaves_the_file(tmp_path: Path) -> None:
    data = tmp_path / "data" / "finding"
    data.mkdir(parents=True)
    stored = np.arange(32 * 32, dtype=np.uint16).reshape(32, 32) % 256
    own = dataset(stored)
    words = planted(own)
    assert len(words) >= 50
    whole = save(data / "IM1", own, stored, PLAIN).read_bytes()
    assert all(word.encode() in whole for word in words)
    Image.new("L", (32, 32)).save(data / "b.png")
    broken = [b"\x28\x00\x10\x00US\x02\x00", b"\x28\x00\x02\x00US\x02\x00"]
    for number, element in enumerate(broken):  # a name where a number of rows is expected
        at = whole.index(element)
        bad = whole[: at + 4] + b"PN\x08\x00ZQX00NAM" + whole[at + 10 :]
        (data / f"bad{number}.dcm").write_bytes(bad)
    (data / "cut.dcm").write_bytes(whole[: len(whole) // 2])
    atlas = create_workspace(tmp_path / "atlas", Manifest(title="films", labels=[]))
    with atlas.hold():
        report = run(atlas, open_dataset(tmp_path / "data"), DataConfig(image_size=16))
    assert (report.done, report.refused) == (2, 3)
    files = [path for path in (tmp_path / "atlas").rglob("*") if path.is_file()]
    content = b"".join(path.read_bytes() for path in files)
    assert not [word for word in [*words, "ZQX"] if word.encode() in content]
