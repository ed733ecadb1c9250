"""Sentences about what speaks against the top patches of a label."""

from __future__ import annotations

from diffmine.atlas.confounds import confounds
from diffmine.atlas.reader import Atlas
from diffmine.atlas.records import ArtefactWarning
from diffmine.atlas.support import left_none_out
from diffmine.maths.artefacts import HALF, NOISE_MAPS
from diffmine.words.confounds import known

WORDS = {
    "border": "touch the border of their image",
    "flat": "show next to nothing (flat grey)",
    "position": "sit at the same place of their image",
    "noise": "are inside the noise",
    "duplicate": "come from near-duplicate images",
}
TESTS = {
    NOISE_MAPS: "best windows of noise as smooth as these maps",
    HALF: "half of them",
    None: "random windows, an older test that noise can exceed",
}
"""What a share is compared with."""
BRACKETS = (
    "In brackets stands what 99 % of the resamples of whole groups of images, or 99 % of the lists "
    "of noise, lie between. Flagged is a share above what lists of noise reach, by 5 points at "
    "least, that stays above their mean in the resamples."
)


def what(warning: ArtefactWarning) -> str:
    """What the patches do; a kind that only a newer diffmine knows is called by its name."""
    return WORDS.get(warning.kind, f"count as {warning.kind}")


def test(warning: ArtefactWarning) -> str:
    """What the share is compared with; a test that only a newer diffmine knows by its name."""
    return TESTS.get(warning.test, str(warning.test))


def share(warning: ArtefactWarning) -> str:
    """`38 % (31 to 45 %)`"""
    return _percent(warning.share, warning.low, warning.high)


def expected(warning: ArtefactWarning) -> str:
    """`12 % (8 to 16 %)`"""
    return _percent(warning.expected, warning.expected_low, warning.expected_high)


def text(warning: ArtefactWarning) -> str:
    """`38 % (31 to 45 %) of these patches touch the border of their image; best windows of noise as
    smooth as these maps: 12 % (8 to 16 %)`"""
    sentence = f"{share(warning)} of these patches {what(warning)}"
    if warning.test == HALF:
        return f"{sentence}: more than half of them"
    return f"{sentence}; {test(warning)}: {expected(warning)}"


def doubts(atlas: Atlas, label: str) -> list[str]:
    """What speaks against a label's top patches: what goes with its images, its warnings, and that
    nothing was chosen."""
    going = map(known, confounds(atlas, label))
    texts = [*going, *map(text, atlas.warnings(label)), unchosen(atlas, label)]
    return [sentence for sentence in texts if sentence]


def unchosen(atlas: Atlas, label: str) -> str:
    """That nothing was left out of a label's list; empty where something was."""
    if not left_none_out(atlas, label):
        return ""
    return (
        f"all {atlas.count(label):,} windows chosen in its images are in this list: none was "
        "left out, so its end need not be typical of anything"
    )


def _percent(value: float, low: float | None, high: float | None) -> str:
    text = f"{value:.0%}"
    if low is not None and high is not None and low < high:
        text += f" ({low:.0%}".removesuffix("%") + f" to {high:.0%})"
    return text.replace("%", " %")
