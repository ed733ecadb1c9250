"""How a label is spelled in a prompt: rules by name, kept with the prompts of a model.

The authors' models were trained on prompts that write labels otherwise than their files do.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_DECADE = re.compile(r"(\d{2,4})[’']?s")


def _bare(label: str) -> str:
    match = _DECADE.fullmatch(label)
    return match[1] if match else label


def _joined(label: str) -> str:
    return ", ".join(part.strip() for part in label.split("|"))


SPELLING: dict[str, Callable[[str], str]] = {
    "decade": _bare,
    "spaces": lambda label: label.replace("_", " "),
    "joined": _joined,
    "no finding": lambda label: label.replace("No Finding", "no finding"),
}
"""`decade`: 1920s is written 1920, where the prompt has the s; `spaces`: underscores become spaces;
`joined`: several labels stand one after the other, with commas; `no finding`: in small letters."""


def spelled(label: str, rules: tuple[str, ...]) -> str:
    """A label as it stands in the prompt, by rules one after the other. KeyError for an unknown
    one."""
    for rule in rules:
        label = SPELLING[rule](label)
    return label
