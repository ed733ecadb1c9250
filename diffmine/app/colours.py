"""Colours that most people can tell apart: Okabe and Ito's for kinds, viridis for orders."""

from __future__ import annotations

import numpy as np

OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#888888")
VIRIDIS = ("#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58")
_SHADES = (1.0, 0.65, 1.35, 0.4)


def ordered(count: int) -> list[str]:
    """`count` even steps of viridis."""
    anchors = np.array([_numbers(colour) for colour in VIRIDIS])
    at = np.linspace(0, len(anchors) - 1, max(count, 1))
    rows = [np.interp(at, np.arange(len(anchors)), anchors[:, part]) for part in range(3)]
    return [_hex(rgb) for rgb in np.stack(rows, axis=1)]


def distinct(count: int) -> list[str]:
    """`count` colours, the first eight of Okabe and Ito, then darker and lighter ones of them."""
    colours = []
    for at in range(max(count, 1)):
        shade = _SHADES[at // len(OKABE_ITO) % len(_SHADES)]
        base = _numbers(OKABE_ITO[at % len(OKABE_ITO)])
        colours.append(_hex(base * shade if shade <= 1 else base + (255 - base) * (shade - 1)))
    return colours


def _numbers(colour: str) -> np.ndarray:
    return np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], float)


def _hex(rgb: np.ndarray) -> str:
    return "#" + "".join(f"{round(float(channel)):02x}" for channel in np.clip(rgb, 0, 255))
