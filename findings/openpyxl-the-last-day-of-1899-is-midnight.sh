#!/bin/sh
set -eu
# openpyxl 3.1.5: 30 and 31 December 1899 are written and come back as the time 00:00.
#
# One would guess: a date that was written to a cell is read from it again, or refused. A text that
# was written is read as that text.
# What happens: 31 December 1899 and the day before become the number 0, which is read as
# datetime.time(0, 0), while 29 December 1899 and earlier days, which Excel does not know, come back
# as they were. The caption "=1920 Ford" becomes a formula: read with data_only=True, as one reads
# values, the cell is empty. No warning is given for either.
# Who writes texts of others must set cell.data_type = "s", and dates before 1900 as text; who reads
# must ask which empty cells are formulas.
#
# Installs a pinned public package in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install -q --disable-pip-version-check --target "$folder" openpyxl==3.1.5
PYTHONPATH=$folder python3 -W error - <<'EOF'
import io
from datetime import date, datetime, time

import openpyxl

assert openpyxl.__version__ == "3.1.5"


def through_a_file(*values):
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.active.append(values)
    book.save(file)
    row = next(openpyxl.load_workbook(file, data_only=True).active.iter_rows(values_only=True))
    print(*values, "->", *row, sep="  ")
    return row


days = through_a_file(date(1899, 12, 29), date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1))
assert days == (datetime(1899, 12, 29), time(0, 0), time(0, 0), datetime(1900, 1, 1)), days
captions = through_a_file("=1920 Ford", "1920 Ford")
assert captions == (None, "1920 Ford"), captions
print("as described")
EOF
