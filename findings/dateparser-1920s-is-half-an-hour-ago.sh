#!/bin/sh
set -eu
# dateparser 1.5.0: parse("1920s") is the time of now less 1,920 seconds.
#
# One would guess: a decade is read as one of its years, as "1920" is, or as nothing (None).
# What happens: the s is that of seconds, so "1920s" is 32 minutes ago, "1850s" 31 minutes ago, and
# every decade of a column falls on today. No error, no warning; "the 1920s" too.
# REQUIRE_PARTS and STRICT_PARSING do not help, since now has a day, a month and a year; only
# PARSERS without relative-time does, and then "1920s" is nothing.
# Dates of archives must not go through a reader that was made for "3h ago".
#
# Installs a pinned public package in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install -q --disable-pip-version-check --target "$folder" dateparser==1.5.0
PYTHONPATH=$folder python3 -W ignore - <<'EOF'
from datetime import datetime

import dateparser

now = datetime(2026, 1, 31, 12, 0, 0)
settings = {"RELATIVE_BASE": now}
strict = settings | {"STRICT_PARSING": True, "REQUIRE_PARTS": ["day", "month", "year"]}
absolute = settings | {"PARSERS": ["timestamp", "custom-formats", "absolute-time"]}
for text in ("1920", "1920s", "1850s", "the 1920s"):
    print(f"{text:12}", dateparser.parse(text, languages=["en"], settings=settings))
print("dateparser", dateparser.__version__)
assert dateparser.__version__ == "1.5.0"
for text in ("1920s", "1850s", "the 1920s"):
    for asked in (settings, strict):
        read = dateparser.parse(text, languages=["en"], settings=asked)
        assert read is not None, f"{text} is no longer read"
        assert (now - read).total_seconds() == int(text[-5:-1]), f"{text} is no longer seconds"
assert dateparser.parse("1920", languages=["en"], settings=settings).year == 1920
assert dateparser.parse("1920s", languages=["en"], settings=absolute) is None
print("as described")
EOF
