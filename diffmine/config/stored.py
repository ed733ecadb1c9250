"""Configurations as an atlas keeps them, and which of their fields its results depend on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, TypeVar

from diffmine.config.build import BuildConfig

Config = TypeVar("Config")


def restored(kind: type[Config], fields: Mapping[str, Any]) -> Config:
    """The configuration that was stored as `fields`. Fields that `kind` does not know, from a newer
    or an older version, are ignored; what cannot be read at all gives the defaults."""
    known = {name: fields[name] for name in as_dict(kind()) if name in fields}
    try:
        return kind(**known)
    except ValueError:
        return kind()


def name_of(kind: type[Any]) -> str:
    """The name under which an atlas keeps configurations of a kind: that of its TOML table."""
    return next(f.name for f in fields(BuildConfig) if isinstance(f.default, kind))


NEWER = ("labels", "measures", "lora", "snr", "held_out", "patience")
"""Fields that older atlases lack: when empty, they are left out of keys."""


PLAIN: dict[str, tuple[Any, ...]] = {
    "crops": ("same",),
    "optimizer": ("adamw",),
    "prompt_rate": (0.0, 1.0),
    "focus": (None, 0.0),
    "layers": ("all",),
}
"""Fields that older atlases lack, and the values with which they are left out of keys."""


CHANGE_NO_RESULT = {
    "data": {"title", "kind", "view", "downloads", "pause", "again", "confounds"},
    "finetune": {"checkpoint", "known", "recompute", "accumulate", "samples"},
    "typicality": {"shard", "batch", "compile", "precision"},
    "cluster": {"shard", "batch"},
    "translate": {"preview"},
    "trends": {"shard"},
    "parallel": {"shard"},
    "sensitivity": {"shard"},
}
"""By stage the fields that say how fast, in what files or under what title something is done, and
not what comes out. With another value nothing is computed again."""


def as_key(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a configuration without those that older atlases do not know, if empty."""
    return {
        name: value
        for name, value in fields.items()
        if (value or name not in NEWER) and value not in PLAIN.get(name, ())
    }


def results(stage: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a stage's configuration that its results depend on."""
    left_out = CHANGE_NO_RESULT.get(stage, set())
    return {
        name: results(name, value) if isinstance(value, dict) else value
        for name, value in as_key(fields).items()
        if name not in left_out
    }


def as_dict(config: Any) -> dict[str, Any]:
    """The fields of a config as plain JSON values."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(config).items()}
