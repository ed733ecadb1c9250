"""Write constraints.txt from what is installed: .venv/bin/python scripts/pin.py.

What neither diffmine nor an extra of it needs is left out, installed or not.
"""

import tomllib
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
HEAD = """\
# What was tested, on Python 3.11: pip install -c constraints.txt ... Written by scripts/pin.py.
# The Makefile installs torch first and alone. A Space reads requirements.txt only.
"""


def needed(*, extras: bool = True) -> dict[str, str]:
    """The version of each package that diffmine, or an extra of it, needs, directly or not."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    more = project["optional-dependencies"].values() if extras else ()
    asked = [Requirement(text) for texts in (project["dependencies"], *more) for text in texts]
    pins: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    while asked:
        requirement = asked.pop()
        for extra in {"", *requirement.extras}:
            if (requirement.name, extra) in seen:
                continue
            seen.add((requirement.name, extra))
            package = distribution(requirement.name)
            pins[canonicalize_name(requirement.name)] = Version(package.version).public
            for each in map(Requirement, package.requires or []):
                if each.marker is None or each.marker.evaluate({"extra": extra}):
                    asked.append(each)
    return pins


if __name__ == "__main__":
    lines = [f"{name}=={version}\n" for name, version in sorted(needed().items())]
    (ROOT / "constraints.txt").write_text(HEAD + "".join(lines))
