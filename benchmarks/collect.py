"""Pictures a second through collect, on a folder of mixed pictures: python -m benchmarks.collect

Writes COUNT pictures (a few hundred different ones under many names), takes each way of collecting
in a process of its own, and prints pictures a second, processor seconds of it and of the children
that decode, and the peak of their memory. `--other PYTHONPATH` times the same folder by another
checkout of diffmine, without copies for people, which older versions do not know.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from diffmine.data.readers.colours import PRIMARIES, made

KINDS = (
    # share of the pictures, format, width, height, what is special
    (30, "JPEG", 1600, 1200, ""),
    (15, "JPEG", 3000, 2000, ""),
    (5, "JPEG", 2000, 3000, "progressive"),
    (5, "JPEG", 1600, 1200, "turned"),
    (5, "JPEG", 1600, 1200, "profile"),
    (10, "JPEG", 800, 600, ""),
    (15, "PNG", 1024, 768, ""),
    (5, "PNG", 1024, 768, "alpha"),
    (5, "PNG", 1024, 768, "grey"),
    (5, "PNG", 640, 480, "palette"),
)
DIFFERENT = 200
LABELS = 5
_RUN = """
import json, resource, sys, time
from pathlib import Path
from diffmine.config import DataConfig
folder, out, view = sys.argv[1], sys.argv[2], int(sys.argv[3])
how = {"view": view} if view >= 0 else {}
config = DataConfig(image_size=int(sys.argv[4]), **how)
try:
    from diffmine.pipeline.build import collect
    from diffmine.data.sources import open_dataset
    from diffmine.atlas.writer import create_workspace as new
    from diffmine.atlas.manifest import Manifest
except ImportError:
    from diffmine.build import collect
    from diffmine.data.dataset import open_dataset
    from diffmine.store.atlas import create_atlas as new
    from diffmine.store.manifest import Manifest
dataset = open_dataset(folder)
atlas = new(out, Manifest(title="speed", labels=list(dataset.labels)))
began = time.perf_counter()
collect(atlas, dataset, config)
seconds = time.perf_counter() - began
try:
    from diffmine.data.fence import close
    close()
    time.sleep(1)
except ImportError:
    pass
own, children = (resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
told = {"images": len(dataset), "seconds": seconds, "own": own.ru_utime + own.ru_stime}
told |= {"children": children.ru_utime + children.ru_stime}
# The peak of resource is that of the process that started this one, if that was larger.
told |= {"peak": int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])}
told |= {"child": children.ru_maxrss}
print(json.dumps(told))
"""


def main() -> None:
    """Write the folder and time each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--side", type=int, default=64, help="of the images as mined, in pixels")
    parser.add_argument("--folder", help="where the pictures are, or are written to")
    parser.add_argument("--other", help="folder of another checkout of diffmine")
    parser.add_argument("--views", type=int, nargs="*", default=[0, 1024])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.folder or temporary) / f"pictures-{options.count}"
        if not folder.is_dir():
            write(folder, options.count)
        here = str(Path(__file__).parents[1])
        ways = [(f"copies of {view} px" if view else "no copies", here, view)
                for view in options.views]  # fmt: skip
        if options.other:
            ways.insert(0, ("the other", options.other, -1))
        before: dict[str, float] = {}
        for name, path, view in ways:
            told = timed(folder, path, view, options.side)
            before = before or told
            print(line(name, told, before), flush=True)


def write(folder: Path, count: int) -> None:
    """The pictures under five labels; names more than there are pictures are hard links."""
    chance = np.random.default_rng(0)
    kinds = [
        (kind, width, height, what)
        for share, kind, width, height, what in KINDS
        for _ in range(share)
    ]
    files: list[Path] = []
    for number in range(count):
        name = folder / f"label {number % LABELS}" / f"{number:06d}"
        name.parent.mkdir(parents=True, exist_ok=True)
        if number < DIFFERENT:
            # 37 and 100 have no common divisor: every kind in its share, well mixed.
            files.append(_file(name, chance, *kinds[37 * number % len(kinds)]))
            continue
        source = files[number % DIFFERENT]
        os.link(source, name.with_suffix(source.suffix))


def _file(name: Path, chance: np.random.Generator, kind: str, w: int, h: int, what: str) -> Path:
    picture = _picture(chance, w, h)
    path = name.with_suffix(".jpg" if kind == "JPEG" else ".png")
    how: dict[str, object] = {}
    if kind == "JPEG":
        how = {"quality": 88, "progressive": what == "progressive"}
    if what == "turned":
        exif = Image.Exif()
        exif[0x0112] = 6
        how["exif"] = exif
    elif what == "profile":
        how["icc_profile"] = made(PRIMARIES[12], (0.3127, 0.3290), None)
    elif what == "alpha":
        picture.putalpha(Image.linear_gradient("L").resize((w, h)))
    elif what == "grey":
        picture = picture.convert("L")
    elif what == "palette":
        picture = picture.quantize(64)
    content = io.BytesIO()
    picture.save(content, kind, **how)
    path.write_bytes(content.getvalue())
    return path


def _picture(chance: np.random.Generator, width: int, height: int) -> Image.Image:
    """Waves of all lengths with edges and grain: about as many bytes as a photograph."""
    total = np.zeros((height, width, 3), np.float32)
    for cells, strength in ((4, 60), (16, 35), (64, 18), (256, 8)):
        shape = (max(2, cells * height // width), cells, 3)
        noise = (chance.normal(size=shape) * 40 + 128).clip(0, 255).astype(np.uint8)
        wave = Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)
        total += (np.asarray(wave, np.float32) - 128) / 40 * strength
    total += (total[..., :1] > 20) * 50.0
    grain = chance.normal(size=(height, width, 1)).astype(np.float32) * 3
    return Image.fromarray((128 + total + grain).clip(0, 255).astype(np.uint8))


def timed(folder: Path, path: str, view: int, side: int) -> dict[str, float]:
    """Collect by the diffmine of a checkout, in a process of its own."""
    with tempfile.TemporaryDirectory() as out:
        given = [str(folder), str(Path(out) / "atlas"), str(view), str(side)]
        done = subprocess.run(
            [sys.executable, "-c", _RUN, *given],
            env=os.environ | {"PYTHONPATH": path},
            cwd=path,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(done.stderr)
        told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return told


def line(name: str, told: dict[str, float], before: dict[str, float]) -> str:
    """What is printed of a way, beside the first one."""
    spent = told["own"] + told["children"]
    ratio = before["seconds"] / told["seconds"]
    work = (before["own"] + before["children"]) / spent
    return (
        f"{name}: {told['images'] / told['seconds']:.1f} pictures/s ({ratio:.2f}x), "
        f"{spent / told['images'] * 1000:.1f} ms of a processor each ({work:.2f}x), own "
        f"{told['own']:.1f} s, at most {told['peak'] / 1024:.0f} MB and {told['child'] / 1024:.0f} "
        "MB a child"
    )


if __name__ == "__main__":
    main()
