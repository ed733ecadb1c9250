"""docs/reliability.md names tests that are there, and says which of them are slow."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ROWS = [
    [cell.strip() for cell in line.strip("| \n").split(" | ")]
    for line in (ROOT / "docs" / "reliability.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| check |")
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_every_test_of_the_table_is_there(row: list[str]) -> None:
    assert len(row) == 4, row
    tests = re.findall(r"`(tests/[\w/.]+)::(\w+)`", row[3])
    assert tests or "not tested" in row[3] or row[2] == "-" or "suite" in row[3]
    sources = [(ROOT / path).read_text() for path, _ in tests]
    for source, (path, name) in zip(sources, tests, strict=True):
        assert re.search(rf"^def {name}\(", source, re.MULTILINE), f"{path}::{name}"
    if "slow" in row[1]:
        assert any("slow" in source for source in sources)


def test_every_test_of_faults_is_in_the_table() -> None:
    named = " ".join(row[3] for row in ROWS)
    for path in (ROOT / "tests" / "faults").glob("test_*.py"):
        for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE):
            assert f"tests/faults/{path.name}::{name}`" in named
