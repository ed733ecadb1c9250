"""Roman figures."""

from __future__ import annotations

import re

_FIGURES = dict(zip("ivxlcdm", (1, 5, 10, 50, 100, 500, 1000), strict=True))
_FORM = re.compile(r"m{0,3}(cm|cd|d?c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})")


def roman(text: str) -> int:
    """The number that Roman figures in small letters stand for; 0 if they are none."""
    if not _FORM.fullmatch(text):
        return 0
    figures = [_FIGURES[letter] for letter in text]
    after = [*figures[1:], 0]
    return sum(-one if one < two else one for one, two in zip(figures, after, strict=False))
