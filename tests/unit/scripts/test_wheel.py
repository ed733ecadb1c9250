"""What goes into the wheel and the sdist, as their builder lists it: nothing is packed for this."""

from __future__ import annotations

import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

from diffmine.atlas.health import files_of
from diffmine.atlas.reader import open_atlas
from diffmine.version import __version__
from scripts import space, wheel

ROOT = Path(__file__).parents[3]
INSIDE = "diffmine/assets/"


@pytest.fixture(scope="module")
def files() -> dict[str, Path]:
    """Where each file of the wheel comes from, by its path there."""
    found = WheelBuilder(str(ROOT)).recurse_included_files()
    return {file.distribution_path: Path(file.path) for file in found}


def test_the_wheel_is_the_package_as_git_has_it(files: dict[str, Path]) -> None:
    package = {name for name in space.listed() if name.startswith("diffmine/")}
    assert {name for name in files if not name.startswith(INSIDE)} >= package
    assert not [name for name in files if wheel._is_foreign(name)]
    assert set(wheel.NEEDED) <= set(files)


def test_it_holds_one_whole_atlas_its_model_and_the_base(files: dict[str, Path]) -> None:
    atlas = INSIDE + "atlases/type/"
    manifest = open_atlas(files[atlas + "atlas.json"].parent).manifest
    assert {atlas + name for name in files_of(manifest)} <= set(files)
    assert manifest.model["path"] == "../../models/type"
    for folder in ("models/type", "models/base"):
        checkout = {name for name in space.listed() if name.startswith(f"assets/{folder}/")}
        assert {f"diffmine/{name}" for name in checkout} <= set(files)
    assert sum(path.stat().st_size for path in files.values()) < wheel.MOST, "unpacked, too"


def test_what_is_made_from_the_sdist_is_the_same(files: dict[str, Path]) -> None:
    packed = {file.distribution_path for file in SdistBuilder(str(ROOT)).recurse_included_files()}
    needed = {path.relative_to(ROOT).as_posix() for path in files.values()}
    assert needed <= packed


def test_the_version_stands_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["dynamic"] == ["version"]
    assert WheelBuilder(str(ROOT)).metadata.version == __version__


def test_what_is_wrong_with_a_wheel_is_named(tmp_path: Path) -> None:
    about = "Metadata-Version: 2.4\nName: diffmine\nVersion: 9\n\n[cars](docs/cars.md)"
    path = tmp_path / "diffmine-9-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(f"diffmine-{__version__}.dist-info/METADATA", about)
        packed.writestr("tests/test_a.py", "")
    with tarfile.open(tmp_path / "diffmine-9.tar.gz", "w:gz"):
        pass
    faults = list(wheel.wrong(tmp_path / "diffmine-9.tar.gz", path))
    assert "the wheel holds tests/test_a.py" in faults
    assert "the wheel lacks diffmine/assets/atlases/type/atlas.json" in faults
    assert f"the wheel says it is 9, the package says {__version__}" in faults
    assert "the text of the package's page links to files that are not beside it" in faults


def test_a_release_is_checked_before_it_is_published() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())["jobs"]
    runs = [step.get("run", "") for step in jobs["build"]["steps"]]
    assert [run.split(" PYTHON=")[0] for run in runs if run.startswith("make ")] == [
        "make lint",
        "make test",
        "make wheel",
    ]
    assert any("diffmine/version.py" in run or "__version__" in run for run in runs), "the tag"
    assert jobs["publish"]["needs"] == "build"
    assert jobs["publish"]["permissions"] == {"id-token": "write"}, "no password is kept"
