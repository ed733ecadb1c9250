"""Write the folder that is pushed to a Space, and check it: `make space`, or

    python -m scripts.space [FOLDER]

What is in it: the package, the embedded atlases with their models, and a card. The Hub refuses
files of more than 10 MB that are not in LFS, and binary ones of any size.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "dist" / "space"
TAKEN = ("app.py", "requirements.txt", "LICENSE", "diffmine/*", "assets/*")
LEFT = ("assets/models/base/*",)
"""What no visitor of a Space can use: nothing is trained there."""
LARGE = ("*.parquet", "*.safetensors", "*.bin", "*.png", "*.jpg", "*.webp", "*.ico", "*.gz")
"""Files that go to LFS (the Hub keeps them in Xet)."""
MOST_PLAIN, MOST_ALL = 10_000_000, 1_000_000_000
"""Bytes of a file outside LFS that the Hub takes, and of a Space that is still quick to start."""


def write(folder: Path, names: Sequence[str], card: str) -> None:
    """Write the folder anew from the files of these names in the checkout."""
    if folder.exists():
        shutil.rmtree(folder)
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    lines = [f"{pattern} filter=lfs diff=lfs merge=lfs -text\n" for pattern in LARGE]
    (folder / ".gitattributes").write_text("".join(lines))
    (folder / "README.md").write_text(card, encoding="utf-8")


def chosen(names: Sequence[str]) -> list[str]:
    """Of the files of a checkout, those that a Space needs."""
    taken = (name for name in names if any(fnmatch(name, pattern) for pattern in TAKEN))
    return [name for name in taken if not any(fnmatch(name, pattern) for pattern in LEFT)]


def card() -> str:
    """The front matter of the project's README, which says how a Space runs, and the Space's own
    words."""
    _, front, _ = (ROOT / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    words = (ROOT / "scripts" / "space.md").read_text(encoding="utf-8")
    return f"---\n{front}---\n\n{words}"


def wrong(folder: Path) -> Iterator[str]:
    """What the Hub, or whoever starts the Space, would stumble over."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    for path in files:
        name, content = path.relative_to(folder).as_posix(), path.read_bytes()
        if any(fnmatch(PurePosixPath(name).name, pattern) for pattern in LARGE):
            continue
        if len(content) > MOST_PLAIN:
            yield f"{name} has {len(content) / 1e6:.1f} MB and is not in LFS"
        if is_binary(content):
            yield f"{name} is binary and not in LFS"
        if path.is_symlink():
            yield f"{name} is a link"
    size = sum(path.stat().st_size for path in files)
    if size > MOST_ALL:
        yield f"all files have {size / 1e6:.0f} MB, more than {MOST_ALL / 1e6:.0f}"
    for line in (folder / "requirements.txt").read_text().splitlines():
        if line.startswith(("-", ".", "/")) or "@" in line:
            yield f"requirements.txt leans on more than an index of packages: {line}"


def is_binary(content: bytes) -> bool:
    """Whether git would call it so, or it is no text at all."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return b"\0" in content[:8000]


def listed() -> list[str]:
    """The files of the checkout that are in git."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z"]
    names = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split("\0")
    return [name for name in names if name]


def main(words: Sequence[str]) -> str:
    """Write and check the folder; what is wrong with it, else nothing."""
    folder = Path(words[0]) if words else FOLDER
    write(folder, chosen(listed()), card())
    if faults := list(wrong(folder)):
        return "\n".join(faults)
    files = [path for path in folder.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    print(f"{folder}: {len(files)} files, {size / 1e6:.0f} MB. To push it:")
    print(f"  hf upload OWNER/NAME {folder} . --repo-type space --delete '*'")
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) or 0)
