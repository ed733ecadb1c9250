"""A file of settings beside the flags of a command: `--config FILE` (TOML)."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from cyclopts import App, ArgumentCollection, CycloptsError
from cyclopts.config import Toml

from diffmine.config import BuildConfig, ModelConfig
from diffmine.errors import UsageError


def settings(app: App, commands: tuple[str, ...], arguments: ArgumentCollection) -> None:
    """Give the arguments that no flag gave the values of the file that `--config` names.

    A stage takes the table of its name, build one table for each stage. Raises UsageError when
    there is no such file, and cyclopts's errors for what cannot be read or no option takes.
    """
    named = [argument for argument in arguments if "--config" in argument.names]
    if not named or not named[0].tokens:
        return
    path = Path(named[0].tokens[-1].value)
    if not path.is_file():
        raise UsageError(f"--config {path} is no file; give a TOML file.")
    _Tables(path)(app, commands, arguments)


class _Tables(Toml):
    """The tables of a file by command; to build and info belong all of them."""

    def _load_config(self, path: Path) -> dict[str, Any]:
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CycloptsError(msg=f"{path} is not TOML: {error}.") from error
        return tables | {"build": tables, "info": tables}


def with_short(
    options: BuildConfig, label: str | None, source: str | None, weights: ModelConfig
) -> tuple[BuildConfig, ModelConfig | None]:
    """The options with those that have a short name, and the model that is used as it is."""
    data = options.data
    data = data if label is None else replace(data, label=label)
    data = data if source is None else replace(data, source=source)
    options = replace(options, data=data)
    if weights.model or weights.profile:
        return options, weights
    if weights.prompt is not None or weights.null_prompt is not None:
        raise UsageError(
            "--prompt and --null-prompt say how --model was trained; what a model is trained with "
            "is said by --finetune.prompt and --finetune.null-prompt."
        )
    if not weights.base:
        return options, None
    return replace(options, finetune=replace(options.finetune, base=weights.base)), None
