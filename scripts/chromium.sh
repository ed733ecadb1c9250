#!/bin/sh
# chromium.sh: see that there is a browser for the tests; without one they are skipped.
set -eu
cd "$(dirname "$0")/.."
if [ -n "${CHROMIUM:-}" ]; then exit 0; fi
for each in chromium chromium-browser google-chrome; do
    if command -v $each >/dev/null 2>&1; then exit 0; fi
done
scripts/apt-install.sh chromium fonts-liberation \
    || echo "diffmine: no Chromium found, so the browser tests are skipped; install the package chromium, or set CHROMIUM=/path/to/it." >&2
