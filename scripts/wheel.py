"""Build the sdist, from it the wheel, and check both: `make wheel`, or

    python -m scripts.wheel [FOLDER]

The wheel works alone: it holds the base model and one atlas with its model. It is built from the
sdist, so that whoever builds from that gets the same.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from email.parser import Parser
from pathlib import Path
from shutil import copy

from diffmine.version import __version__

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "dist"
MOST = 60_000_000
"""Bytes of a wheel or sdist that whoever installs is asked for, beside what it needs."""
NEEDED = (
    "diffmine/cli.py",
    "diffmine/py.typed",
    "diffmine/app/base.css",
    "diffmine/export/pages/templates/index.html",
    "diffmine/model/foreign/sd1/merges.txt.gz",
    "diffmine/assets/models/base/unet/config.json",
    "diffmine/assets/models/type/unet/config.json",
    "diffmine/assets/atlases/type/atlas.json",
)
"""One file of each kind that the package cannot do without."""


def build(folder: Path) -> tuple[Path, Path]:
    """Write sdist and wheel to a folder; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        sdist = _built(ROOT, "sdist", Path(place) / "sdist")
        with tarfile.open(sdist) as packed:
            packed.extractall(place, filter="data")
        inside = Path(place) / sdist.name.removesuffix(".tar.gz")
        wheel = _built(inside, "wheel", Path(place) / "wheel")
        for path in (sdist, wheel):
            copy(path, folder)
    return folder / sdist.name, folder / wheel.name


def _built(source: Path, kind: str, out: Path) -> Path:
    """What hatchling, the build backend of pyproject.toml, makes of a source. The source's own
    environment is not asked for: a module of the checkout is none of its business."""
    command = [sys.executable, "-P", "-m", "hatchling", "build", "-t", kind, "-d", str(out)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr or done.stdout)
    (path,) = out.iterdir()
    return path


def wrong(sdist: Path, wheel: Path) -> Iterator[str]:
    """What whoever installs the wheel, or builds from the sdist, would stumble over."""
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        about = Parser().parsestr(packed.read(_metadata(names)).decode())
    for path in (sdist, wheel):
        if path.stat().st_size > MOST:
            yield f"{path.name} has {path.stat().st_size / 1e6:.1f} MB, more than {MOST / 1e6:.0f}"
    yield from (f"the wheel lacks {name}" for name in NEEDED if name not in names)
    yield from (f"the wheel holds {name}" for name in names if _is_foreign(name))
    if about["Version"] != __version__:
        yield f"the wheel says it is {about['Version']}, the package says {__version__}"
    if "](" in str(about.get_payload()).replace("](http", ""):
        yield "the text of the package's page links to files that are not beside it"


def _metadata(names: Sequence[str]) -> str:
    return next(name for name in names if name.endswith(".dist-info/METADATA"))


def _is_foreign(name: str) -> bool:
    inside = name.startswith(("diffmine/", f"diffmine-{__version__}.dist-info/"))
    return not inside or "__pycache__" in name or name.endswith((".pyc", ".tmp"))


def main(words: Sequence[str]) -> str:
    """Build and check; what is wrong, else nothing."""
    paths = build(Path(words[0]) if words else FOLDER)
    if faults := list(wrong(*paths)):
        return "\n".join(faults)
    for path in paths:
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) or 0)
