"""DICOM: radiographs and other pictures of medicine. Who the patient is, is never read."""
