"""The files around the package agree with each other and can be shipped."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from diffmine.version import __version__

ROOT = Path(__file__).parents[2]
MOST_BYTES = 10_000_000  # the Hub refuses files over 10 MB that are not in LFS
MOST_README_BYTES = 15_000
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}


def lines(name: str) -> list[str]:
    """The lines of a requirements file without comments and options."""
    bare = (line.partition("#")[0].strip() for line in (ROOT / name).read_text().splitlines())
    return [line for line in bare if line and not line.startswith("-")]


def requirements(texts: list[str]) -> dict[str, Requirement]:
    return {canonicalize_name(each.name): each for each in map(Requirement, texts)}


CORE = requirements(PROJECT["dependencies"])
EXTRAS = {name: requirements(each) for name, each in PROJECT["optional-dependencies"].items()}
BEHIND = {"uharfbuzz"}  # what another package imports if it is there: fpdf2, to shape letters
FOR_WORK_ON_IT = {"demos", "test"}  # extras that the package itself has no use for
PINS = {
    name: Version(next(iter(each.specifier)).version)
    for name, each in requirements(lines("constraints.txt")).items()
}


@pytest.fixture(scope="module")
def front_matter() -> dict[str, Any]:
    found = re.match(r"---\n(.*?)\n---\n", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found, "README.md does not begin with a front matter"
    return dict(yaml.safe_load(found[1]))


@pytest.fixture(scope="module")
def shipped() -> list[Path]:
    """Every file that is in git or would be added to it."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "-co", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def test_front_matter_is_what_a_space_reads(front_matter: dict[str, Any]) -> None:
    assert front_matter["sdk"] == "gradio"
    assert front_matter["license"] == "mit"
    assert front_matter["app_file"] == "app.py"
    assert {front_matter["colorFrom"], front_matter["colorTo"]} <= COLOURS
    assert len(front_matter["short_description"]) <= 60
    assert front_matter["python_version"] == "3.12"  # a string: 3.10 as a number is 3.1


def test_sdk_version_is_the_tested_gradio(front_matter: dict[str, Any]) -> None:
    version = Version(front_matter["sdk_version"])
    assert version == PINS["gradio"]
    assert version in CORE["gradio"].specifier


def test_requirements_are_those_of_pyproject() -> None:
    assert requirements(lines("requirements.txt")) == CORE
    assert "-r requirements.txt" in (ROOT / "requirements-gpu.txt").read_text().splitlines()


@pytest.mark.parametrize("extra", ["", *EXTRAS])
def test_constraints_pin_and_satisfy(extra: str) -> None:
    wanted = EXTRAS[extra] if extra else CORE
    missing = sorted(wanted.keys() - PINS.keys())
    assert not missing
    outside = [str(each) for name, each in wanted.items() if PINS[name] not in each.specifier]
    assert not outside


def imported() -> Iterator[str]:
    """The modules of others that the package imports anywhere, by the first part of their name."""
    for path in [ROOT / "app.py", *(ROOT / "diffmine").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in (each.partition(".")[0] for each in names):
                if name != "diffmine" and name not in sys.stdlib_module_names:
                    yield name


def test_what_the_package_imports_is_declared_and_nothing_else() -> None:
    known = packages_distributions()
    used = {canonicalize_name(known.get(name, [name])[0]) for name in imported()}
    optional = {name for extra in EXTRAS.keys() - FOR_WORK_ON_IT for name in EXTRAS[extra]}
    assert sorted(used - optional) == sorted(CORE.keys() - BEHIND)
    assert optional <= used


def test_constraints_are_exact_and_sorted() -> None:
    pins = lines("constraints.txt")
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pins)
    names = [canonicalize_name(pin.partition("==")[0]) for pin in pins]
    assert names == sorted(names)


def test_readme_without_make_is_what_make_does() -> None:
    readme = (ROOT / "README.md").read_text()
    setup = (ROOT / "scripts" / "setup.sh").read_text()
    makefile = (ROOT / "Makefile").read_text()
    assert f"pip install torch=={PINS['torch']}\n" in readme
    extras = re.search(r"'\.(\[[a-z,]+\])'", setup)
    assert extras
    assert f"pip install -c constraints.txt -e '.{extras[1]}'\n" in readme
    side_by_side = "pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder"
    for command in ("lint-imports --no-logo", side_by_side):
        assert f"$(BIN)/{command}\n" in makefile
        assert f".venv/bin/{command}\n" in readme


def test_make_help_lists_each_public_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    described = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert described == set(phony[1].split()) - {"setup-test", "setup-tools"}


def test_readme_can_be_read_in_one_go() -> None:
    readme = (ROOT / "README.md").read_bytes()
    assert len(readme) <= MOST_README_BYTES
    assert b"make lint && make test" in readme


def test_checks_elsewhere_are_those_of_the_makefile() -> None:
    job = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]["checks"]
    runs = [step["run"].split(" PYTHON=")[0] for step in job["steps"] if "run" in step]
    assert runs == ["make lint", "make test"]
    named = {
        f"Programming Language :: Python :: {each}" for each in job["strategy"]["matrix"]["python"]
    }
    assert named <= set(PROJECT["classifiers"])


def test_licence_is_mit_everywhere() -> None:
    licence = (ROOT / "LICENSE").read_text()
    assert licence.startswith("MIT License\n\nCopyright (c) 2026 diffmine contributors\n")
    assert PROJECT["license"] == "MIT"


def test_changelog_has_this_version() -> None:
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_no_file_is_too_big_for_the_hub(shipped: list[Path]) -> None:
    big = {str(path.relative_to(ROOT)) for path in shipped if path.stat().st_size > MOST_BYTES}
    assert not big


def test_no_file_names_a_folder_of_somebody_s_machine(shipped: list[Path]) -> None:
    # Put together here, so that this file does not find itself.
    forbidden = [f"/{folder}/".encode() for folder in ("tmp", "work", "root", "opt/wheels")]
    found = [
        f"{path.relative_to(ROOT)}: {word.decode()}"
        for path in shipped
        if b"\0" not in (content := path.read_bytes())
        for word in forbidden
        if word in content
    ]
    assert not found
