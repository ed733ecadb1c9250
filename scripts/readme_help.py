"""Write the help of every command into README.md, or say with --check that it is not up to date."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from rich.console import Console

from diffmine.cli import app

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- help:begin -->", "<!-- help:end -->"
COMMANDS = (
    "build",
    "finetune",
    "typicality",
    "mine",
    "cluster",
    "translate",
    "trends",
    "evaluate",
    "info",
    "check",
    "export",
    "app",
)


def help_of(*tokens: str) -> str:
    """The help of a command as plain text, 100 characters wide."""
    out = io.StringIO()
    console = Console(file=out, width=100, force_terminal=False, color_system=None)
    app.help_print(list(tokens), console=console)
    return "\n".join(line.rstrip() for line in out.getvalue().strip().splitlines())


def section() -> str:
    """What stands between the marks."""
    parts = [f"```\n{help_of()}\n```"]
    for command in COMMANDS:
        fold = f"<details><summary>diffmine {command}</summary>"
        parts.append(f"{fold}\n\n```\n{help_of(command)}\n```\n\n</details>")
    return "\n\n".join(parts)


def updated(text: str) -> str:
    """The README with the present help in it."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{section()}\n\n{END}{after}"


def main() -> None:
    """Write, or check."""
    text = README.read_text(encoding="utf-8")
    if "--check" in sys.argv and updated(text) != text:
        sys.exit("README.md is out of date: run python -m scripts.readme_help.")
    README.write_text(updated(text), encoding="utf-8")


if __name__ == "__main__":
    main()
