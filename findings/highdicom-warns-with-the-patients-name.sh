#!/bin/sh
set -eu
# highdicom 0.28.2 and pydicom 3.0.2: a warning on stderr holds the patient's name.
#
# One would guess: a library that writes files of patients warns of a value that it does not like by
# the name of its element, so that a log of a job can be kept and shown to others.
# What happens: a name of one component is valid in DICOM (mononyms, animals, names written in one
# piece), and highdicom copies it from the film, but says "The string "..." is unlikely to represent
# the intended person name" with the name in it, for every result that is made of that film. pydicom
# says a date that is none with its value. Both go to stderr and so into the log of whatever runs
# them. Who must keep names out of logs gives highdicom a reference without a patient and sets the
# elements afterwards, having checked them; a filter of warnings is not safe in threads.
#
# Installs pinned public packages in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install -q --disable-pip-version-check --target "$folder" highdicom==0.28.2 pydicom==3.0.2
PYTHONPATH=$folder python3 - <<'EOF'
import warnings

import highdicom
import numpy as np
import pydicom
from highdicom.sc import SCImage
from pydicom.dataset import Dataset

print("highdicom", highdicom.__version__, "pydicom", pydicom.__version__)
assert (highdicom.__version__, pydicom.__version__) == ("0.28.2", "3.0.2")


def said(work):
    """What is said of a piece of work."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        work()
    return " ".join(str(one.message) for one in heard)


def result(name):
    """A picture that is made of a film of a patient."""
    film = Dataset()
    film.SOPClassUID, film.SOPInstanceUID = pydicom.uid.ComputedRadiographyImageStorage, "1.2.3.1"
    film.StudyInstanceUID, film.PatientName, film.PatientID = "1.2.3.2", name, "1"
    film.PatientBirthDate = film.PatientSex = film.AccessionNumber = ""
    film.StudyID = film.StudyDate = film.StudyTime = film.ReferringPhysicianName = ""
    return SCImage.from_ref_dataset(
        film, np.zeros((4, 4, 3), np.uint8), "RGB", 8, "PATIENT", highdicom.UID(), 1,
        highdicom.UID(), 1, "maker", patient_orientation=("L", "F"),
    )


plain, single = said(lambda: result("Sukarno^Dewi")), said(lambda: result("Sukarno"))
print("of a name in two components:", plain or "nothing")
print("of a name in one:", single[:80], "...")
assert "Sukarno" not in plain
assert "Sukarno" in single, "the name is not said any more"
assert str(result("Sukarno").PatientName) == "Sukarno", "and yet it is copied"
date = said(lambda: setattr(Dataset(), "PatientBirthDate", "1950-13-01"))
print("of a date:", date)
assert "1950-13-01" in date, "the date is not said any more"
print("as described")
EOF
