#!/bin/sh
set -eu
# edtf 5.0.2: winter is December alone.
#
# One would guess: the season "1920-24" (winter 1920 in EDTF) reaches over three months, as the other
# three do: December to February, or January to March.
# What happens: lower_strict() is 1 December and upper_strict() 31 December 1920. January and February
# are in no winter of any year, so a photograph of 15 January 1921 lies in no season at all. The
# northern winter 1920-28 is the same; the southern one, 1920-32, has its three months.
# Who asks whether a day lies in a winter must widen it, and then it lies in two years.
#
# Installs a pinned public package in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install -q --disable-pip-version-check --target "$folder" edtf==5.0.2
PYTHONPATH=$folder python3 -W ignore - <<'EOF'
from importlib.metadata import version

from edtf import parse_edtf


def months(text):
    season = parse_edtf(text)
    return tuple(season.lower_strict())[:3], tuple(season.upper_strict())[:3]


for text in ("1920-21", "1920-22", "1920-23", "1920-24", "1920-28", "1920-32"):
    print(text, *months(text))
print("edtf", version("edtf"))
assert version("edtf") == "5.0.2"
for text, first, last in (("1920-21", 3, 5), ("1920-22", 6, 8), ("1920-23", 9, 11), ("1920-32", 6, 8)):
    assert [end[:2] for end in months(text)] == [(1920, first), (1920, last)], text
for text in ("1920-24", "1920-28"):
    assert months(text) == ((1920, 12, 1), (1920, 12, 31)), f"{text} is no longer December"
print("as described")
EOF
