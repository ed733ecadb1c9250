#!/bin/sh
# tools.sh: put the programs of scripts/tools.txt into .venv-tools, once.
set -eu
cd "$(dirname "$0")/.."
venv=.venv-tools
stamp=$venv/.installed
state=$(pwd -P; cksum scripts/tools.txt)
if [ "$(cat "$stamp" 2>/dev/null)" = "$state" ]; then
    exit 0
fi
.venv/bin/python -m venv --clear $venv
$venv/bin/python -m pip --disable-pip-version-check install --quiet -r scripts/tools.txt || {
    echo "diffmine: the tools of scripts/tools.txt could not be installed, the lines above say why." >&2
    exit 1
}
echo "$state" >"$stamp"
