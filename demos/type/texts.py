"""Which letters and words are drawn: one list of texts, shared by all eras.

If eras had texts of their own, a model could tell the era from the text.
"""

from __future__ import annotations

import string

from demos.type.draw import generator

SINGLES = tuple(string.ascii_uppercase + string.ascii_lowercase + string.digits + "&?")
PAIRS = (
    "ag", "Rg", "Qu", "fi", "ff", "Ty", "St", "of", "my", "an", "be", "ck", "do", "en", "Es",
    "gh", "He", "in", "Jo", "ke", "Ll", "Me", "no", "Op", "py", "Ra", "sa", "te", "ur", "We",
    "xy", "Za", "19", "45",
)  # fmt: skip
TRIPLES = (
    "Rag", "ham", "gin", "The", "and", "Qua", "Big", "cat", "Dry", "egg", "fly", "Gas", "hat",
    "Ink", "jet", "key", "Log", "Max", "new", "old", "pen", "red", "Sky", "tea", "use", "Vow",
    "wag", "yes", "zig", "Amy", "Cut", "185",
)  # fmt: skip
TEXTS = SINGLES + PAIRS + TRIPLES


def shared_texts(count: int, singles_share: float, drawable: set[str], seed: int) -> list[str]:
    """`count` texts in a fixed order, of which a share (0 to 1) are single letters.

    Both kinds go round evenly: no text comes twice more often than another of its kind.
    Only texts in `drawable` are used, the ones that fonts of every era have.
    """
    singles = [text for text in SINGLES if text in drawable]
    words = [text for text in PAIRS + TRIPLES if text in drawable]
    n_singles = round(count * singles_share) if words else count
    return _even(singles, n_singles, seed) + _even(words, count - n_singles, seed)


def _even(texts: list[str], count: int, seed: int) -> list[str]:
    """Each text `count // len(texts)` times, and a random choice of them once more."""
    if count == 0:
        return []
    if not texts:
        raise ValueError("no text can be drawn with fonts of every era")
    rounds, rest = divmod(count, len(texts))
    order = generator(seed, "texts", count, len(texts)).permutation(len(texts))
    extra = {int(index) for index in order[:rest]}
    return [text for index, text in enumerate(texts) for _ in range(rounds + (index in extra))]
