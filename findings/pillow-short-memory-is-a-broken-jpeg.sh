#!/bin/sh
set -eu
# Pillow 12.3.0: a healthy picture is called broken where memory is limited, and not always.
#
# One would guess: when a decoder cannot get its memory (RLIMIT_AS, a container, a small machine),
# Image.load() raises MemoryError, as Image.new() of that size does.
# What happens: it depends on who asks. Pillow's own storage raises MemoryError; what libjpeg asks for
# to hold the coefficients of a progressive JPEG ends in OSError("broken data stream when reading
# image file"), and a WebP already fails in Image.open() with OSError("could not create decoder
# object"). Both are the words for damaged files, so a program that limits memory and keeps a list of
# damaged files puts whole ones on it. The same JPEG, not progressive, loads within the same limit.
#
# Installs a pinned public package in a temporary folder; fails if the behaviour changes. Linux.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install -q --disable-pip-version-check --target "$folder" pillow==12.3.0
PYTHONPATH=$folder python3 - "$folder" <<'EOF'
import resource
import sys
from pathlib import Path

from PIL import Image, WebPImagePlugin  # the plugin now: it needs memory too

folder = Path(sys.argv[1])
size, room = (6000, 6000), 200 * 2**20  # 137 MiB of pixels
flat = Image.new("RGB", size, "red")
flat.save(folder / "plain.jpg")
flat.save(folder / "progressive.jpg", progressive=True, subsampling=0)
flat.save(folder / "picture.webp", lossless=True, method=0)
for name in ("progressive.jpg", "picture.webp"):
    Image.open(folder / name).load()  # they are whole
del flat

pages = int(Path("/proc/self/statm").read_text().split()[0])
limit = pages * resource.getpagesize() + room
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def outcome(act):
    try:
        act()
    except (MemoryError, OSError) as error:
        return f"{type(error).__name__} {error}".strip()
    return "loaded"


seen = {
    "new": outcome(lambda: Image.new("RGB", (12000, 6000))),
    **{
        name: outcome(lambda: Image.open(folder / name).load())
        for name in ("plain.jpg", "progressive.jpg", "picture.webp")
    },
}
for name, words in seen.items():
    print(f"{name}: {words}")
assert seen == {
    "new": "MemoryError",
    "plain.jpg": "loaded",
    "progressive.jpg": "OSError broken data stream when reading image file",
    "picture.webp": "OSError could not create decoder object",
}, "Pillow tells shortage of memory otherwise now"
EOF
