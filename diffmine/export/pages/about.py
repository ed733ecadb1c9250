"""How an atlas was computed and whose its images are: what the first page says of it."""

from __future__ import annotations

from typing import Any

from diffmine.atlas.confounds import confounds
from diffmine.atlas.reader import Atlas
from diffmine.export.chosen import credit_counts
from diffmine.words import records as words
from diffmine.words.confounds import known
from diffmine.words.warnings import BRACKETS

_MOST_CREDITS = 300


def about(atlas: Atlas) -> dict[str, Any]:
    """What the template about.html needs."""
    counts = credit_counts(atlas)
    return {
        "going": [f"{known(one)}." for one in confounds(atlas)],
        "warnings": atlas.warnings(),
        "brackets": BRACKETS,
        "stages": _stages(atlas),
        "credits": counts[:_MOST_CREDITS],
        "left": len(counts[_MOST_CREDITS:]),
    }


def _stages(atlas: Atlas) -> list[tuple[str, str, str]]:
    """Name, what it does and how it was set, of every stage that ran."""
    config = atlas.manifest.config
    return [
        (name, does, ", ".join(f"{key} {_short(value)}" for key, value in config[name].items()))
        for name, does in words.STAGES.items()
        if name in config
    ]


def _short(value: Any) -> str:
    return "–".join(map(str, value)) if isinstance(value, list) else str(value)
