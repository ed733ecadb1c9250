"""What the members of an element of change have in common, in plain words.

For each look of a window (light, ink, edges, colour) the mean over the members under every label is
a curve; its range, in standard deviations of the members around the curve, says how clearly the
look changes. The clearest changes make the name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

CLEAR = 0.8
"""Range of a mean curve, in standard deviations of the members, from which it makes the name."""
_LEAST = {"light": 8.0, "ink": 0.04, "edges": 4.0, "colour": 6.0}
"""Ranges below which nobody sees a change, in the units of the look."""
_WORDS = {
    "light": ("lighter", "darker"),
    "ink": ("heavier", "thinner"),
    "edges": ("more edges", "fewer edges"),
    "colour": ("more colour", "less colour"),
}
_NAMED = 2


@dataclass(frozen=True)
class Description:
    """An element of change in words, and its mean curves over the labels."""

    name: str
    most_typical: str
    most_changed: str
    curves: dict[str, list[float]]


def describe(
    looks: dict[str, Float[np.ndarray, "n labels"]],
    typicality: Float[np.ndarray, "n labels"],
    features: Float[np.ndarray, "n labels d"],
    labels: Sequence[str],
) -> Description:
    """The words for some sequences; `labels` in their order."""
    curves = {name: values.mean(axis=0) for name, values in looks.items()}
    strength = {name: clearness(values) for name, values in looks.items()}
    clear = [
        name
        for name in sorted(strength, key=lambda name: (-strength[name], name))
        if strength[name] >= CLEAR and float(np.ptp(curves[name])) >= _LEAST[name]
    ]
    if "light" in clear and "ink" in clear:  # dark ink on paper: the two say the same
        clear.remove("light" if strength["ink"] >= strength["light"] else "ink")
    apart = labels[int(shifts(features).argmax())]
    parts = [step(name, curves[name], labels) for name in clear[:_NAMED]]
    name = ", ".join(parts) or f"hardly changes, most under {apart}"
    best = labels[int(np.median(typicality, axis=0).argmax())]
    return Description(name, best, apart, {key: curve.tolist() for key, curve in curves.items()})


def clearness(values: Float[np.ndarray, "n labels"]) -> float:
    """Range of the mean over the rows, in standard deviations of the rows around it. What differs
    from row to row but not from label to label is left out of both."""
    centred = values - values.mean(axis=1, keepdims=True)
    spread = float((centred - centred.mean(axis=0)).std())
    return float(np.ptp(centred.mean(axis=0))) / max(spread, 1e-9)


def shifts(features: Float[np.ndarray, "n labels d"]) -> Float[np.ndarray, " labels"]:
    """How far the mean feature under each label lies from the mean over the labels."""
    means = features.mean(axis=0)
    return np.linalg.norm(means - means.mean(axis=0), axis=1)


def step(name: str, curve: Float[np.ndarray, " labels"], labels: Sequence[str]) -> str:
    """`heavier from 1757 to 1830`: the widest change of a curve, in the labels' order."""
    low, high = int(curve.argmin()), int(curve.argmax())
    word = _WORDS[name][0 if low < high else 1]
    first, last = min(low, high), max(low, high)
    return f"{word} from {labels[first]} to {labels[last]}"
