#!/bin/sh
# orthanc.sh: see that there is an Orthanc with DICOMweb for its test; without one it is skipped.
set -eu
cd "$(dirname "$0")/.."
if PATH="$PATH:/usr/sbin" command -v Orthanc >/dev/null 2>&1; then exit 0; fi
scripts/apt-install.sh orthanc orthanc-dicomweb || echo \
    "diffmine: no Orthanc found, so its test is skipped; install orthanc and orthanc-dicomweb." >&2
