#!/bin/sh
# nginx.sh: see that there is an nginx for its test; without one it is skipped.
set -eu
cd "$(dirname "$0")/.."
if PATH="$PATH:/usr/sbin" command -v nginx >/dev/null 2>&1; then exit 0; fi
scripts/apt-install.sh nginx-light \
    || echo "diffmine: no nginx found, so its test is skipped; install the package nginx-light." >&2
