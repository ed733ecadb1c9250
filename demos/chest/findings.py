"""The seven findings: each returns the attenuation it adds or takes away, and where.

`strength`, 0 to 1, goes from subtle to plain. A finding reads the healthy chest only, so that
several may be added to one film.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import distance_transform_edt

from demos.chest.anatomy import AIRLESS, HEART, Chest
from demos.chest.raster import (
    Canvas,
    Field,
    Mask,
    Points,
    band,
    blur,
    cloud,
    cover,
    curve,
)

NO_FINDING = "No Finding"


@dataclass(frozen=True)
class Change:
    """What a finding does to a chest, both (128, 128)."""

    attenuation: Field
    mask: Mask


Finding = Callable[[Chest, np.random.Generator, float], Change]


def mass(chest: Chest, rng: np.random.Generator, strength: float) -> Change:
    """A round opacity of at least a tenth of the image's width."""
    return _round(chest, rng, rng.uniform(6.6, 10), 0.5 + 0.9 * strength, lobes=0.07)


def nodule(chest: Chest, rng: np.random.Generator, strength: float) -> Change:
    """A small round opacity."""
    return _round(chest, rng, rng.uniform(2.6, 4.5), 0.5 + 1.0 * strength, lobes=0.04)


def effusion(chest: Chest, rng: np.random.Generator, strength: float) -> Change:
    """Fluid in the costophrenic angle: a meniscus that rises along the lateral wall."""
    side = _side(rng)
    u, v = chest.film.frame.grid
    bottom, reach = chest.angle(side), chest.angle(side) - chest.patient.apex
    x = np.clip(side * u / chest.patient.width, 0, 1)
    level = bottom - 0.45 * chest.patient.dome - reach * 0.34 * strength**1.5
    rise = rng.uniform(0.2, 0.34)
    surface = level + 0.07 - rise * x**4 - 0.04 * (1 - x) ** 3
    below = np.clip((v - surface) * 18 + 0.5, 0, 1)
    fluid = blur(below * chest.lungs[side], 0.6) * (np.sign(u) == side)
    added = fluid * (chest.air + 0.45)
    return Change(added.astype(np.float32), added > 0.4 * added.max())


def atelectasis(chest: Chest, rng: np.random.Generator, strength: float) -> Change:
    """A plate or a wedge of airless lung, with the dome of that side raised."""
    side = _side(rng)
    plate = rng.random() < 0.55
    height = 0.04 + 0.1 * strength
    raised = _raised(chest, side, height)
    outline = _plate(chest, rng, side, height) if plate else _wedge(chest, rng, side)
    lung = cover(chest.film.frame, outline) * chest.lungs[side]
    opacity = blur(lung, 0.6 if plate else 1.1) * (0.6 + 0.9 * strength)
    opacity *= 1 + 0.1 * cloud(rng, 2, chest.film.frame.times)
    added = np.maximum(opacity * chest.open**0.5, raised)
    return Change(added.astype(np.float32), (opacity > 0.3) | (raised > 0.35))


def cardiomegaly(chest: Chest, rng: np.random.Generator, strength: float) -> Change:
    """A heart wider than half the chest; the mask is the whole heart."""
    ratio = grown_ratio(chest, strength)
    wide = chest.heart_cover(ratio)
    grown = np.clip(wide - np.maximum(chest.hearts, chest.midline), 0, 1)
    added = grown * AIRLESS * chest.depth + HEART * (wide - chest.hearts)
    return Change(added.astype(np.float32), cover(chest.film.frame, chest.heart(ratio)) > 0.5)


def grown_ratio(chest: Chest, strength: float) -> float:
    """The cardiothoracic ratio of an enlarged heart, 0.55 and more."""
    return max(chest.heart_ratio + 0.07, 0.55) + 0.11 * strength


def pneumonia(chest: Chest, rng: np.random.Generator, strength: float) -> Change:
    """Patchy opacity without an edge, through which bronchi show as dark lines."""
    side = _side(rng)
    row, col = _place(chest, rng, 7, side, low=True)
    times = chest.film.frame.times
    grid_row, grid_col = chest.film.frame.places
    patches = np.zeros_like(grid_row)
    for _ in range(int(rng.integers(2, 5))):
        far = rng.normal(0, 6, 2)
        high, wide = rng.uniform(5, 11, 2)
        away = ((grid_row - row - far[0]) / high) ** 2 + ((grid_col - col - far[1]) / wide) ** 2
        patches = np.maximum(patches, np.exp(-0.5 * away))
    mottled = np.clip(0.75 + 0.3 * cloud(rng, 2.2, times) + 0.18 * cloud(rng, 1, times), 0.1, 1.5)
    bronchi = 1 - 0.9 * np.clip(chest.vessels - 0.2, 0, 0.5)
    lung = blur(chest.lungs[side], 0.8) * (1 - 0.6 * chest.hearts)
    added = patches * mottled * bronchi * lung * (0.7 + 0.9 * strength)
    return Change(added, blur(added, 1.5) > 0.33 * blur(added, 1.5).max())


def pneumothorax(chest: Chest, rng: np.random.Generator, strength: float) -> Change:
    """Air around a collapsed lung: no vessels, more lucent, and the pleura as a fine line."""
    side = _side(rng)
    top, lateral = 0.1 + 0.22 * strength, 0.06 + 0.16 * strength * rng.uniform(0.4, 1)
    pleura = _collapsed(chest, side, top, lateral)
    inner = np.concatenate([pleura, [[0, pleura[-1, 1]], [0, pleura[0, 1]]]])
    free = chest.lungs[side] * (1 - cover(chest.film.frame, inner))
    u, _ = chest.film.frame.grid
    free = free * (np.sign(u) == side) * (1 - 0.9 * chest.midline)
    line = Canvas(chest.film.frame).stroke(pleura, 1.0).field() * chest.lungs[side]
    lucent = blur(free, 0.4) * (0.25 + 0.3 * strength)
    added = (0.3 + 0.35 * strength) * line - lucent - free * 0.95 * chest.vessels
    return Change(added.astype(np.float32), (free > 0.5) | (line > 0.5))


FINDINGS: dict[str, Finding] = {
    "Mass": mass,
    "Nodule": nodule,
    "Effusion": effusion,
    "Atelectasis": atelectasis,
    "Cardiomegaly": cardiomegaly,
    "Pneumonia": pneumonia,
    "Pneumothorax": pneumothorax,
}


def _side(rng: np.random.Generator) -> int:
    return -1 if rng.random() < 0.5 else 1


def _place(
    chest: Chest, rng: np.random.Generator, room: float, side: int, low: bool = False
) -> tuple[float, float]:
    """Row and col in a clear part of a lung, at least about `room` pixels from its edge.

    A wish is drawn in body coordinates and the nearest free pixel taken, so that a patient's
    finding stays in its place from film to film.
    """
    wish_u = side * chest.patient.width * rng.uniform(0.25, 0.9)
    wish_v = chest.patient.apex + (chest.angle(side) - chest.patient.apex) * (
        rng.uniform(0.45, 0.95) if low else rng.uniform(0.12, 0.9)
    )
    plain = chest.plain
    u, v = plain.film.frame.grid
    clear = distance_transform_edt(plain.clear & (np.sign(u) == side))
    away = (u - wish_u) ** 2 + (v - wish_v) ** 2
    away = np.where(clear >= min(room, 0.95 * float(clear.max())), away, np.inf)
    row, col = np.unravel_index(int(np.argmin(away)), away.shape)
    return float(row), float(col)


def _round(
    chest: Chest, rng: np.random.Generator, radius: float, peak: float, lobes: float
) -> Change:
    """A ball with a slightly uneven edge; `radius` in pixels."""
    row, col = _place(chest, rng, 0.8 * radius, _side(rng))
    grid_row, grid_col = chest.film.frame.places
    angle = np.arctan2(grid_row - row, grid_col - col)
    edge = np.full_like(angle, radius)
    for waves in (2, 3, 5):
        edge += radius * lobes * rng.normal(0, 0.6) * np.cos(waves * angle + rng.uniform(0, 6.3))
    away = np.hypot(grid_row - row, grid_col - col) / edge
    ball = np.sqrt(np.clip(1 - away**2, 0, 1)) ** 0.7
    return Change((peak * blur(ball, 0.5)).astype(np.float32), away <= 1)


def _raised(chest: Chest, side: int, height: float) -> Field:
    """The air that a raised dome displaces, as attenuation."""
    less = cover(chest.film.frame, chest.lung(side, height))
    gone = blur(chest.lungs[side], 0.7) - blur(less, 0.7)
    return gone * chest.thickness * chest.open


def _plate(chest: Chest, rng: np.random.Generator, side: int, height: float) -> Points:
    """A band of two to four pixels across the lung above a dome raised by `height`."""
    v = chest.angle(side) - chest.patient.dome - height - rng.uniform(0.1, 0.26)
    inner = rng.uniform(0.22, 0.34)
    outer = inner + rng.uniform(0.24, 0.36)
    tilt = rng.uniform(-0.1, 0.16)
    path = curve([(side * inner, v), (side * (inner + outer) / 2, v + tilt / 2 - 0.01),
                  (side * outer, v + tilt)])  # fmt: skip
    return band(path, rng.uniform(0.018, 0.03), rng.uniform(0.014, 0.024))


def _wedge(chest: Chest, rng: np.random.Generator, side: int) -> Points:
    """A triangle with its tip at the hilum: of the upper lobe, or of the lower."""
    tip = (side * 0.16, chest.patient.apex + 0.62)
    wide = chest.patient.width
    if rng.random() < 0.4:
        top = chest.patient.apex
        knots = [(side * 0.14, top), (side * 0.55 * wide, top + 0.03),
                 (side * rng.uniform(0.6, 0.75) * wide, top + 0.2),
                 (side * 0.4 * wide, top + 0.36)]  # fmt: skip
    else:
        bottom = chest.angle(side)
        knots = [(side * 0.35 * wide, bottom - 0.42),
                 (side * rng.uniform(0.5, 0.75) * wide, bottom - 0.1),
                 (side * 0.12, bottom)]  # fmt: skip
    return np.array([tip, *knots])


def _collapsed(chest: Chest, side: int, top: float, lateral: float) -> Points:
    """The edge of a collapsed lung, from the mediastinum over the apex down to the angle."""
    wall = chest.wall(side)
    share = np.linspace(0, 1, len(wall))
    # Air gathers at the apex and lessens downwards.
    inwards = lateral * (1 - share**3)
    u = np.maximum(np.abs(wall[:, 0]) - inwards, 0.1)
    path = np.stack([side * u, wall[:, 1] + top * (1 - share) ** 1.5], axis=1)
    inner = [side * 0.1, path[0, 1] + 0.04]
    return np.concatenate([[inner], path])
