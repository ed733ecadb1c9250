"""Results that go back to an archive of films: pictures, segmentations and reports in DICOM.

Each names its film by the film's UIDs, says that an algorithm made it, and holds who the patient
is only where that was asked for (docs/decisions/0054).
"""

INDEX = "index.json"
"""The list of a folder of results."""
