"""Every package that diffmine runs with has a known licence, and none is under the GPL or AGPL."""

import re
from pathlib import Path

import pytest

from scripts import licences
from scripts.pin import needed

ROOT = Path(__file__).parents[3]
STRICT = re.compile(r"\bA?GPL|GNU (Affero )?General Public|proprietary", re.IGNORECASE)


@pytest.fixture(scope="module")
def listed() -> dict[str, tuple[str, str]]:
    """Version and licence by package, as docs/licences.md has them."""
    text = (ROOT / "docs/licences.md").read_text()
    rows = re.findall(r"(?m)^\| ([a-z0-9-]+) \| ([0-9][^|]*) \| ([^|]+) \|$", text)
    return {name: (version, stated) for name, version, stated in rows}


def test_the_list_is_of_what_runs(listed: dict[str, tuple[str, str]]) -> None:
    versions = {name: version for name, (version, _) in listed.items()}
    assert versions == licences.listed()


def test_no_licence_is_unknown_or_strict(listed: dict[str, tuple[str, str]]) -> None:
    assert len(listed) > 80
    for name, (_, stated) in listed.items():
        assert stated != "not known", name
        assert not STRICT.search(stated), name
    assert STRICT.search("GPL-3.0-or-later")
    assert STRICT.search("AGPLv3")
    assert not STRICT.search("LGPL-3.0-only")


def test_the_list_says_what_the_packages_say(listed: dict[str, tuple[str, str]]) -> None:
    for name in set(needed(extras=False)) & set(listed):
        assert licences.licence(name) == listed[name][1], name
