"""Soft tissue and the air in it outside the lungs, as attenuation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from demos.chest.raster import Canvas, Field, band, blur, cover, curve, ellipse

if TYPE_CHECKING:
    from demos.chest.anatomy import Chest

# Half width of the body (u) at v: neck, shoulders, chest, hips.
SILHOUETTE = (
    (-1.6, -1.08, -0.96, -0.87, -0.79, -0.7, -0.56, -0.35, -0.1, 0.1, 0.5, 1.0, 1.6),
    (0.29, 0.3, 0.37, 0.55, 0.8, 0.98, 1.1, 1.12, 1.02, 0.94, 0.9, 0.93, 0.95),
)


def body(chest: Chest) -> Field:
    """Soft tissue of torso, arms and breasts, with the abdomen under the domes."""
    patient, (u, v) = chest.patient, chest.film.frame.grid
    half = np.interp(
        v,
        np.array(SILHOUETTE[0]) + 0.8 * (patient.apex + 0.75),
        SILHOUETTE[1],
    ).astype(np.float32)
    half = half * (patient.width / 0.74) * (0.86 + 0.17 * patient.build)
    inside = np.clip(1 - (u / half) ** 2, 0, 1)
    thick = np.sqrt(inside) * (2.5 + 0.75 * patient.build + 0.35 * np.clip(v + 0.3, 0, 1))
    under = np.clip((v - chest.angle(1) + 0.5) * 2, 0, 1)
    belly = 1.3 * under * blur(1 - chest.lungs[-1] - chest.lungs[1], 1.0)
    thick = thick + belly * np.clip(inside * 2, 0, 1)
    thick = blur(thick, 1.2)  # the skin is no hard edge
    thick = np.maximum(thick, _arms(chest, half))
    return thick + _breasts(chest) - _bubble(chest) - _airway(chest)


def _arms(chest: Chest, half: Field) -> Field:
    if not chest.film.arms:
        return np.zeros_like(half)
    wide = 0.17 * chest.patient.build**0.5
    layer = Canvas(chest.film.frame)
    for side in (-1, 1):
        centre = side * (chest.patient.width + 0.4)
        layer.fill(ellipse(centre, 0.4, wide, 1.1, side * -0.05), 0.6)
        bone = curve([(side * (chest.patient.width + 0.22), -0.55), (centre, 0.3), (centre, 1.2)])
        layer.fill(band(bone, 0.045, 0.04), 1.0).fill(band(bone, 0.025, 0.02), 0.8)
    return 2.4 * blur(layer.field(), 1.3)


def _breasts(chest: Chest) -> Field:
    if chest.patient.breast == 0:
        return np.zeros_like(chest.film.frame.grid[0])
    size = chest.patient.breast
    outlines = [
        curve(
            [(side * (0.12 + 0.1 * (1 - size)), 0.0), (side * 0.45, -0.2), (side * 0.78, 0.0),
             (side * 0.76, 0.3 + 0.16 * size), (side * 0.45, 0.38 + 0.2 * size),
             (side * 0.15, 0.26 + 0.14 * size)],
            closed=True,
        )
        for side in (-1, 1)
    ]  # fmt: skip
    shape = cover(chest.film.frame, *outlines)
    # Sharp below, where skin is seen edge-on, and fading upwards.
    _, v = chest.film.frame.grid
    return 0.8 * size * blur(shape, 1.2) * np.clip(0.35 + 1.4 * (v + 0.1), 0.05, 1)


def _bubble(chest: Chest) -> Field:
    if chest.patient.bubble == 0:
        return np.zeros_like(chest.film.frame.grid[0])
    size = 0.06 + 0.07 * chest.patient.bubble
    top = chest.angle(1) - 0.75 * chest.patient.dome + size * 0.8
    shape = ellipse(0.5 * chest.patient.width, top, size * 1.5, size * 0.8)
    return 1.3 * blur(cover(chest.film.frame, shape), 1.5)


def _airway(chest: Chest) -> Field:
    """Trachea and main bronchi, as attenuation taken away."""
    turn, level = chest.film.turn, chest.patient.apex + 0.52
    layer = Canvas(chest.film.frame)
    trachea = curve([(turn, -1.4), (turn + 0.005, -0.7), (turn + 0.01, level)])
    layer.stroke(trachea, 6.0, 0.9)
    for side, reach in ((-1, 0.12), (1, 0.15)):
        layer.stroke(curve([(turn, level), (side * reach, level + 0.12)]), 4.0, 0.6)
    return 1.0 * blur(layer.field(), 1.0)
