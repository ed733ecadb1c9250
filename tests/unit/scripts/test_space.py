"""The folder of a Space: what is in it, and what the check finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import space

NAMES = ["app.py", "requirements.txt", "LICENSE"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    space.write(tmp_path / "space", NAMES, space.card())
    return tmp_path / "space"


def test_the_files_are_those_that_a_visitor_needs() -> None:
    names = space.chosen(space.listed())
    assert {"app.py", "requirements.txt", "diffmine/app/base.css"} <= set(names)
    assert "assets/atlases/cars/atlas.json" in names
    assert not [
        name for name in names if name.startswith(("tests/", "demos/", "assets/models/base"))
    ]


def test_the_card_runs_a_space_and_says_what_is_shown(folder: Path) -> None:
    text = (folder / "README.md").read_text("utf-8")
    assert text.startswith("---\ntitle: diffmine\n")
    assert "app_file: app.py" in text
    assert "synthetic" in text
    assert "](docs/" not in text, "nothing is linked that is not there"


def test_a_folder_as_it_should_be_has_no_faults(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"\0" * 11_000_000)
    assert list(space.wrong(folder)) == []


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("table.sqlite", b"a\0b", "table.sqlite is binary and not in LFS"),
        ("latin.txt", b"Caf\xe9", "latin.txt is binary and not in LFS"),
        ("large.json", b" " * 10_000_001, "large.json has 10.0 MB and is not in LFS"),
        ("requirements.txt", b"-e .\n", "requirements.txt leans on more than an index of packages"),
    ],
)
def test_each_fault_is_named(folder: Path, name: str, content: bytes, fault: str) -> None:
    (folder / name).write_bytes(content)
    (told,) = space.wrong(folder)
    assert told.startswith(fault)


def test_files_of_an_earlier_folder_go(folder: Path) -> None:
    (folder / "old.py").touch()
    space.write(folder, NAMES, "card")
    assert not (folder / "old.py").exists()
