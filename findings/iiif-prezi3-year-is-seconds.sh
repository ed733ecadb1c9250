#!/bin/sh
set -eu
# iiif-prezi3 3.1.1: navDate "1856" is half an hour after midnight on 1 January 1970.
#
# One would guess: navDate, which the specification wants as xsd:dateTime with a time zone, refuses a
# bare year; "1856-01-01" is refused for want of a time zone.
# What happens: "1856" passes and is 1970-01-01 00:30:56 UTC: a text of digits is taken as seconds since
# 1970 by the type of the field, and gets the time zone that was asked for. A photograph of 1856 stands
# beside those of 1970 on a time line, and nothing was said.
#
# Installs a pinned public package in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install -q --disable-pip-version-check --target "$folder" iiif-prezi3==3.1.1
PYTHONPATH=$folder python3 -W ignore - <<'PY'
from importlib.metadata import version

from iiif_prezi3 import Manifest
from pydantic import ValidationError


def date(text):
    return Manifest(id="https://museum.example/m", label={"en": ["a"]}, navDate=text).navDate


print("iiif-prezi3", version("iiif-prezi3"))
for text in ("1856", "1856-01-01T00:00:00Z"):
    print(text, date(text))
assert date("1856-01-01T00:00:00Z").year == 1856
assert str(date("1856")) == "1970-01-01 00:30:56+00:00", "a bare year is read in another way"
try:
    date("1856-01-01")
except ValidationError:
    print("1856-01-01 is refused")
else:
    raise SystemExit("a day without a time zone is no longer refused")
print("as described")
PY
