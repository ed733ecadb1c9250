"""Every command of diffmine that the pages show is one that the command line takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from diffmine.cli import app

ROOT = Path(__file__).parents[3]
PAGES = sorted(
    page
    for page in [
        *ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "scripts").glob("*.md"),
    ]
    if page.name not in ("CHANGELOG.md", "cli.md")
)  # fmt: skip
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^    (?=\S)(.*)$", re.MULTILINE)
INLINE = re.compile(r"`(diffmine [^`]+)`")
CALL = re.compile(r"(?:\w+=\S+ |pipx run |\S*/bin/)*(diffmine (\S+).*)")


def blocks(text: str) -> list[str]:
    """Whole commands: lines of blocks, those that end in a backslash with the next."""
    inside = [block for kind, block in FENCE.findall(text) if kind in ("", "bash", "sh")]
    inside += INDENTED.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    lines = re.sub(r"\\\n\s*", "", "\n".join(inside)).splitlines()
    return [words for line in lines for words in _commands(line)]


def _commands(line: str) -> list[str]:
    """The commands of diffmine in a line of a shell, without what a shell does with them."""
    parts = re.split(r"&&|\||;|(?<=\s)#.*|\s{3,}", line)  # what follows many spaces explains
    found = (CALL.fullmatch(part.strip()) for part in parts)
    return [re.sub(r"\s>.*", "", match[1]) for match in found if match and match[2] in app]


COMMANDS = sorted({(page.name, line) for page in PAGES for line in blocks(page.read_text("utf-8"))})
NAMED = sorted({(page.name, line) for page in PAGES for line in INLINE.findall(page.read_text())})


def test_the_pages_have_commands() -> None:
    assert len(COMMANDS) > 40
    assert len(NAMED) > 30
    assert _commands(".venv/bin/diffmine app ATLAS   # look") == ["diffmine app ATLAS"]
    assert _commands("pip install diffmine") == []


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_a_command_of_a_block_is_taken(page: str, line: str) -> None:
    words = shlex.split(line.replace("...", ""))[1:]
    if "--help" not in words and "--version" not in words:
        app.parse_args(words, exit_on_error=False, print_error=False)


@pytest.mark.parametrize(("page", "line"), NAMED)
def test_a_command_of_a_sentence_is_there_with_its_options(page: str, line: str) -> None:
    _, command, *words = line.split()
    if command.startswith("-") or command == "COMMAND":
        return
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    section = re.search(rf"^## diffmine {re.escape(command)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert section, f"there is no command {command}"
    for word in words:
        if word.startswith("--") and word != "--help":
            name = re.escape(word.split("=")[0])
            assert re.search(rf"{name}(?![\w-])", section[1]), f"{command} has no {word}"
