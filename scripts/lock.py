"""Write requirements.lock and torch.lock, with the digest of every file that may be installed
anywhere: .venv/bin/python -m scripts.lock, or make lock.

Versions are those of constraints.txt where it has them. What only torch needs is apart: another
build of torch, as one without CUDA, has other files.
"""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
UV = ROOT / ".venv-tools/bin/uv"
TORCH = re.compile(r"(torch|triton|cuda-.*|nvidia-.*)==")
HEADS = {
    "requirements.lock": """\
# What diffmine runs with, each file by its digest, on Linux, macOS and Windows. First torch:
# pip install --no-deps --require-hashes -r torch.lock, or a build of one's own. Then
# pip install --no-deps --require-hashes -r requirements.lock. Written by scripts/lock.py.
""",
    "torch.lock": """\
# torch and what it needs of CUDA on Linux, each file by its digest; the rest stands in
# requirements.lock, which says how to install both. Written by scripts/lock.py.
""",
}


def compiled() -> str:
    """The lock of all packages, as uv writes it."""
    command = [str(UV), "pip", "compile", "pyproject.toml", "--constraint", "constraints.txt"]
    command += ["--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade"]
    command += ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def split(lock: str) -> dict[str, str]:
    """The two files by name: a package is a line and the digests behind it."""
    parts = {name: "" for name in HEADS}
    for package in re.split(r"(?m)^(?=\S)", lock):
        parts["torch.lock" if TORCH.match(package) else "requirements.lock"] += package
    return parts


if __name__ == "__main__":
    for name, text in split(compiled()).items():
        (ROOT / name).write_text(HEADS[name] + text)
