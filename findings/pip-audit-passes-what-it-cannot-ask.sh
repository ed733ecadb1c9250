#!/bin/sh
set -eu
# pip-audit 2.10.1: where the index knows nothing of a package, the audit passes.
#
# One would guess: an audit that could not look up a single package fails, or at least does not call
# the set free of weaknesses.
# What happens: the program prints "No known vulnerabilities found" and exits 0. That the package was
# skipped stands in a table below, which a job in CI shows to nobody. So behind a mirror that lacks the
# index's JSON interface every audit is clean, whatever is installed, and so is one with a misspelt name.
# Only --strict makes it fail. Who audits in CI must pass it.
#
# Installs a pinned public package in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install -q --disable-pip-version-check --target "$folder/lib" pip-audit==2.10.1
echo "no-such-package-of-anybody-0f1e2d==1.0" >"$folder/requirements.txt"
audit() {
    PYTHONPATH=$folder/lib python3 -m pip_audit --no-deps --disable-pip --progress-spinner off \
        -r "$folder/requirements.txt" "$@"
}

audit >"$folder/out" 2>&1 || { echo "changed: it fails by itself"; cat "$folder/out"; exit 1; }
grep -q "No known vulnerabilities found" "$folder/out" || { cat "$folder/out"; exit 1; }
grep -q "could not be audited" "$folder/out" || { cat "$folder/out"; exit 1; }
if audit --strict >"$folder/strict" 2>&1; then
    echo "changed: --strict passes"
    exit 1
fi
echo "as described: an audit of nothing passes, and fails with --strict"
