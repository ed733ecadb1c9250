"""Write constraints.txt from what is installed: .venv/bin/python scripts/pin.py."""

from importlib.metadata import distributions
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import Version

HEAD = """\
# What was tested, on Python 3.11: pip install -c constraints.txt ... Written by scripts/pin.py.
# The Makefile installs torch first and alone. A Space reads requirements.txt only.
"""

pins = {canonicalize_name(each.name): Version(each.version).public for each in distributions()}
for name in ("diffmine", "pip"):
    pins.pop(name, None)
text = HEAD + "".join(f"{name}=={version}\n" for name, version in sorted(pins.items()))
(Path(__file__).parents[1] / "constraints.txt").write_text(text)
