"""Artefact warnings of an atlas, and how they are said."""

from __future__ import annotations

from dataclasses import dataclass

WORDS = {
    "border": "touch the border of their image",
    "flat": "show next to nothing (flat grey)",
    "position": "sit at the same place of their image",
    "noise": "are inside the noise",
    "duplicate": "come from near-duplicate images",
}


@dataclass(frozen=True)
class ArtefactWarning:
    """A share of a label's `n` top patches beside that of its random ones (`expected`)."""

    label: str
    kind: str
    share: float
    expected: float
    n: int
    flagged: bool

    def what(self) -> str:
        """What the patches do; a kind of a newer atlas by its name."""
        return WORDS.get(self.kind, f"count as {self.kind}")

    def text(self) -> str:
        """`38 % of these patches touch the border of their image (random ones: 12 %)`"""
        share, expected = f"{self.share:.0%}", f"{self.expected:.0%}"
        said = f"{share} of these patches {self.what()} (random ones: {expected})"
        return said.replace("%", " %")
