"""Write the help of every command into docs/cli.md: python -m scripts.cli_help."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from diffmine.cli import app

PAGE = Path(__file__).parents[1] / "docs" / "cli.md"
HEAD = """\
# Command line

What `diffmine COMMAND --help` says. This page is written by `python -m scripts.cli_help`.

Every option is a field of a configuration in `diffmine/config/` under the same name, and a key of
the file that `--config FILE` names: TOML, a table for each stage. A stage reads the table of its
own name, `build` all of them; a flag wins over the file.

```toml
[data]
image_size = 512

[typicality]
t_range = [100, 700]

[mine]
windows = [0.125, 0.25]
```

Messages go to the standard error in one sentence. The exit status is 0; 2 for what can be mended by
whoever gave the command; 1 for a fault of diffmine; 130 after Ctrl-C, with finished work kept.
"""
FIRST = ("build", "finetune", "typicality", "mine", "cluster", "translate", "trends", "evaluate")


def page() -> str:
    """The page as it should be: first the commands that make an atlas, in the paper's order."""
    names = [name for name in app if not name.startswith("-")]
    others = [name for name in names if name not in FIRST]
    parts = [f"{HEAD}\n{_fenced(help_of())}"]
    parts += [f"## diffmine {name}\n\n{_fenced(help_of(name))}" for name in (*FIRST, *others)]
    return "\n".join(parts)


def help_of(*tokens: str) -> str:
    """The help of a command as plain text, 100 characters wide."""
    out = io.StringIO()
    console = Console(file=out, width=100, force_terminal=False, color_system=None)
    app.help_print(list(tokens), console=console)
    return "\n".join(line.rstrip() for line in out.getvalue().strip().splitlines())


def _fenced(text: str) -> str:
    return f"```\n{text}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
