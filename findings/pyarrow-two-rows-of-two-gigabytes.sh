#!/bin/sh
set -eu
# pyarrow 26.0.1: two rows cannot be taken from a table whose pictures are more than two gigabytes,
# which can be read, filtered and written.
#
# One would guess: a column of bytes in many chunks has no limit of its own, since each chunk holds less
# than two gigabytes; take([0, 999]) touches two rows and makes a table of two.
# What happens: take and sort_by put all chunks together first and raise ArrowInvalid "offset overflow
# while concatenating arrays", whatever rows are asked for: with 2.1 GB, and not with 1.9 GB, so that a
# data set that has grown fails at a size that no test of it had. filter by a mask of the same two rows,
# slice and combine_chunks (two chunks) work.
# Who keeps pictures in Parquet must take rows from the other columns, and pictures by row group, or
# cast the column to large_binary first.
#
# Takes 5 GB of memory. Installs pinned public packages in a temporary folder; fails if the behaviour
# changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install -q --disable-pip-version-check --target "$folder" pyarrow==26.0.1
cat > "$folder/rows.py" <<'END'
import pyarrow as pa


def table(gigabytes):
    """A thousand rows in ten chunks."""
    picture = bytes(int(gigabytes * 1e6))
    chunks = [pa.array([picture] * 100) for _ in range(10)]
    return pa.table({"number": list(range(1000)), "image": pa.chunked_array(chunks)})


def tried(work):
    try:
        return f"{work().num_rows} rows"
    except pa.ArrowInvalid as error:
        return f"ArrowInvalid: {str(error)[:48]}"


mask = pa.array([row in (0, 999) for row in range(1000)])
said = {}
print("pyarrow", pa.__version__)
for size in (1.9, 2.2):
    rows = table(size)
    said[size] = {
        "take two": tried(lambda: rows.take([0, 999])),
        "sort": tried(lambda: rows.slice(0, 1000).sort_by([("number", "descending")])),
        "filter two": tried(lambda: rows.filter(mask)),
        "take two, large_binary": tried(
            lambda: rows.set_column(1, "image", rows["image"].cast(pa.large_binary())).take([0, 999])
        ),
    }
    for name, text in said[size].items():
        print(f"{size} GB, {name}: {text}")
    del rows
assert set(said[1.9].values()) == {"2 rows", "1000 rows"}
assert all(said[2.2][name].startswith("ArrowInvalid: offset overflow") for name in ("take two", "sort"))
assert said[2.2]["filter two"] == said[2.2]["take two, large_binary"] == "2 rows"
END
PYTHONPATH="$folder" python3 "$folder/rows.py"
echo "as described"
