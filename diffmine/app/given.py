"""Which atlases an app shows that nobody starts by hand, as a Space: those that a variable of the
environment names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from diffmine.app import texts
from diffmine.errors import UsageError
from diffmine.pipeline.pull import fetch

VARIABLE = "DIFFMINE_ATLASES"


def given(environment: Mapping[str, str]) -> list[Path]:
    """The folders of the atlases that DIFFMINE_ATLASES names, with commas: folders of this machine,
    and repositories of the Hub at a revision, which are fetched. None where it names none.

    Raises UsageError for a repository without a revision, for what a Space shows must not change by
    itself.
    """
    names = [name.strip() for name in environment.get(VARIABLE, "").split(",")]
    return [_folder(name) for name in names if name]


def _folder(name: str) -> Path:
    if Path(name).is_dir():
        return Path(name)
    if "@" not in name:
        raise UsageError(texts.NOT_PINNED.format(name=name, variable=VARIABLE))
    return fetch(name)


__all__ = ["VARIABLE", "given"]
