#!/bin/sh
set -eu
# pyarrow 26.0.1: of each row group of pictures two whole pictures are written into the footer, as the
# least and the greatest, where they have up to 4 kB; the footer is read and kept at each opening.
#
# One would guess: statistics are kept of numbers and short texts, or cut to some bytes, so that the
# footer of a file of pictures is a few bytes for each group; a reader of one column, or of the schema
# alone, holds as good as nothing.
# What happens: with pictures of 3 kB a group of 128 takes 6 kB of the footer, as much as two of them,
# with write_statistics=False .1 kB; with pictures of 5 kB .1 kB too, for longer values are left out.
# A table of a million thumbnails has a footer of 70 MB so, and read_schema takes a second and 300 MB.
# Who keeps small pictures in Parquet must name the columns that statistics are wanted of.
#
# Installs pinned public packages in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install -q --disable-pip-version-check --target "$folder" pyarrow==26.0.1
cat > "$folder/footer.py" <<'END'
import io
import os

import pyarrow as pa
import pyarrow.parquet as pq


def footer(size, statistics):
    """Bytes of the footer for each row group, and whether a whole picture stands in it."""
    pictures = [os.urandom(size) for _ in range(12_800)]
    table = pa.table({"name": [str(n) for n in range(12_800)], "image": pictures})
    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=128, write_statistics=statistics)
    metadata = pq.ParquetFile(file).metadata
    end = file.getvalue()[-metadata.serialized_size - 8 :]
    return metadata.serialized_size // metadata.num_row_groups, min(pictures[:128]) in end


print("pyarrow", pa.__version__)
seen = {}
for size in (500, 3000, 5000):
    for statistics in (True, ["name"]):
        seen[size, statistics is True] = footer(size, statistics)
        each, whole = seen[size, statistics is True]
        print(f"pictures of {size} bytes, statistics {statistics}: {each} bytes a group; a picture in it: {whole}")
assert seen[3000, True][0] > 6000 and seen[3000, True][1]
assert seen[500, True][1] and seen[500, True][0] > 1000
assert all(each < 400 and not whole for (_, all_of), (each, whole) in seen.items() if not all_of)
assert seen[5000, True][0] < 400 and not seen[5000, True][1]
END
PYTHONPATH="$folder" python3 "$folder/footer.py"
echo "as described"
