#!/bin/sh
# archive.sh: see that there are an Orthanc with DICOMweb and a checker of DICOM (dciodvfy) for their
# tests; without them these are skipped.
set -eu
cd "$(dirname "$0")/.."
PATH="$PATH:/usr/sbin"
if command -v Orthanc >/dev/null 2>&1 && command -v dciodvfy >/dev/null 2>&1; then exit 0; fi
scripts/apt-install.sh orthanc orthanc-dicomweb dicom3tools || echo \
    "diffmine: no Orthanc or dciodvfy found; install orthanc, orthanc-dicomweb and dicom3tools." >&2
