#!/bin/sh
set -eu
# cyclopts 5.4.0: Toml(..., use_commands_as_keys=False) drops tables that bear a command's name.
#
# One would guess: with use_commands_as_keys=False a command gets every top-level table of the file
# for its arguments, and a table that fits no argument is an error, as an unknown key is.
# What happens: a table that is named like any other command of the app is taken out first, without
# an error or a warning, even where the command that runs has an argument of that name. The very
# same file and command work until somebody adds a command with that name to the app; from then on
# the argument silently keeps its default.
# A command `build` that takes a table for each stage must not use it where stages are commands too.
#
# Installs a pinned public package in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install -q --disable-pip-version-check --target "$folder" cyclopts==5.4.0
PYTHONPATH=$folder python3 - "$folder/settings.toml" <<'EOF'
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from cyclopts import App
from cyclopts.config import Toml

path = Path(sys.argv[1])
path.write_text("[mine]\nsize = 8\n[other]\nsize = 9\n")


@dataclass
class Mine:
    size: int = 1


@dataclass
class Other:
    size: int = 1


def run(with_mine):
    app = App(config=Toml(path, use_commands_as_keys=False), result_action="return_value")

    @app.command
    def build(*, mine: Mine = Mine(), other: Other = Other()):
        return mine.size, other.size

    if with_mine:

        @app.command
        def mine():
            pass

    return app(["build"], exit_on_error=False)


alone, beside = run(False), run(True)
print("cyclopts", version("cyclopts"))
print("sizes of mine and other, build alone:", alone)
print("the same beside a command named mine:", beside)
assert version("cyclopts") == "5.4.0"
assert alone == (8, 9), "the file is not read as described"
assert beside == (1, 9), "the table is no longer dropped"
print("as described")
EOF
