"""Why an image is shown as it was mined, and not from the file that it came from."""

from __future__ import annotations

from diffmine.words.counts import plurals

ELSEWHERE = (
    "as mined: where its file lies is not known here; diffmine build with the same folders notes it"
)
ABSENT = "as mined: its file is not where it was, or is a link out of the data set"
CHANGED = "as mined: its file has changed since; diffmine build reads it again"
UNREADABLE = "as mined: its file cannot be read any more"
SHOWN = "shown"
"""What the row is called in which one of these stands."""


def count(images: int) -> str:
    """How many images of an export are shown as mined."""
    one = images == 1
    return (
        f"{plurals(images, 'image')} {'is' if one else 'are'} shown as mined: "
        f"{'its file is' if one else 'their files are'} not there, or not as collected."
    )
