"""An order of labels of one's own: a file with a label a line."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from diffmine.data.files import regular
from diffmine.data.labels import normal
from diffmine.data.tables.text import decoded
from diffmine.errors import DataError


def ordered_by(path: Path, labels: tuple[str, ...]) -> tuple[str, ...]:
    """Labels in the order in which a file has them; it may have others too. DataError when it lacks
    one, has one twice or cannot be read."""
    try:
        with open(path, "rb", opener=regular) as file:
            text, _ = decoded(file.read(), path)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}.") from error
    lines = [line for line in map(normal, text.splitlines()) if line]
    twice = [line for line, number in Counter(lines).items() if number > 1]
    if twice:
        raise DataError(f"{path} has {twice[0]!r} twice; give each label one line.")
    missing = [label for label in labels if label not in lines]
    if missing:
        raise DataError(
            f"{path} gives no place to {', '.join(map(repr, missing[:8]))}; add a line for each."
        )
    return tuple(line for line in lines if line in labels)
