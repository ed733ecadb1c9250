"""A file of settings as flags of the command line: `--config FILE` (TOML)."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

from diffmine.config import BuildConfig, EvaluateConfig
from diffmine.errors import UsageError


def with_config(tokens: list[str]) -> list[str]:
    """Take `--config FILE` out of the tokens and add its values as flags, unless they are given."""
    for place, token in enumerate(tokens):
        name, _, value = token.partition("=")
        if name == "--config":
            path = Path(value or (tokens[place + 1] if place + 1 < len(tokens) else ""))
            rest = tokens[:place] + tokens[place + (1 if value else 2) :]
            given = {each.partition("=")[0] for each in rest}
            found = _flags(path, tokens[0])
            return rest + [part for flag in found if flag[0] not in given for part in flag]
    return tokens


def _flags(path: Path, command: str) -> list[list[str]]:
    """The values of a TOML file as flags: of all tables for build, of its own for a stage."""
    if not path.is_file():
        raise UsageError(f"--config {path} is no file; give a TOML file.")
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML: {error}.") from error
    if command != "build":
        return [_flag(key, value) for key, value in tables.get(command, {}).items()]
    return [
        _flag(f"{table}.{key}", value)
        for table, values in tables.items()
        for key, value in (values.items() if isinstance(values, dict) else [("", values)])
    ]


def _flag(name: str, value: Any) -> list[str]:
    """A value as the flag that cyclopts reads: a pair as two tokens, a list of any length as the
    flag once for each value (an empty one as what is refused)."""
    flag = f"--{name.replace('_', '-')}"
    if not isinstance(value, list):
        return [flag, str(value)]
    if value and name.rpartition(".")[2] in _lists():
        return [part for each in value for part in (flag, str(each))]
    return [flag, *map(str, value or ["nothing"])]


@cache
def _lists() -> frozenset[str]:
    """The options that take any number of values."""
    tables = [type(getattr(BuildConfig(), table.name)) for table in fields(BuildConfig)]
    tables.append(EvaluateConfig)
    hints = [hint for table in tables for hint in get_type_hints(table).items()]
    return frozenset(name for name, hint in hints if Ellipsis in get_args(hint))
