"""The settings that an atlas was made with, as far as this version can take them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import ValidationError

from diffmine.config import BuildConfig, as_dict
from diffmine.errors import AtlasError

Settings = dict[str, dict[str, Any]]


def usable(stored: Mapping[str, Any] | None) -> Settings:
    """Stored configurations (`manifest.config`) by the names of their stages, without what this
    version does not know.

    Raises AtlasError for a value that a setting cannot have: with a default in its place an atlas
    would be trained or scored anew without a word.
    """
    known: Settings = {}
    for table in fields(BuildConfig):
        own, usual = (stored or {}).get(table.name), table.default
        if own is None or not is_dataclass(usual) or isinstance(usual, type):
            continue
        if not isinstance(own, Mapping):
            raise AtlasError(f"atlas.json has {own!r} for {table.name}, which is no settings.")
        known[table.name] = {name: own[name] for name in as_dict(usual) if name in own}
        try:
            type(usual)(**known[table.name])
        except ValidationError as error:
            raise AtlasError(_sentence(table.name, error)) from error
    return known


def _sentence(table: str, error: ValidationError) -> str:
    first = error.errors()[0]
    name, why = ".".join((table, *map(str, first["loc"]))), first["msg"]
    return f"atlas.json has {first['input']!r} for {name}: {why[:1].lower()}{why[1:]}."
