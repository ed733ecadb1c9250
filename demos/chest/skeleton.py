"""Spine, ribs, clavicles and scapulae: bands with a brighter edge, as attenuation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from demos.chest.raster import Canvas, Field, Points, band, blur, curve, ellipse

if TYPE_CHECKING:
    from demos.chest.anatomy import Chest

BONE = 0.55  # attenuation of a plain rib


def layer(chest: Chest) -> Field:
    """All bones: (128, 128), 0 to about 1.5."""
    patient = chest.patient
    ribs = 0.85 * _ribs(chest, back=True) + 0.6 * _ribs(chest, back=False)
    bones = BONE * patient.rib_strength * blur(ribs, 0.35)
    bones += 0.95 * patient.rib_strength * blur(_clavicles(chest), 0.5)
    bones += 0.42 * patient.scapula * blur(_scapulae(chest), 0.7)
    # Under the domes the film is too dense to show much of a rib.
    bones *= 1 - 0.75 * np.clip((chest.film.frame.grid[1] - chest.angle(1) + 0.14) * 5, 0, 1)
    return bones + 0.8 * patient.spine * blur(_spine(chest), 0.6)


def _ribs(chest: Chest, back: bool) -> Field:
    canvas = Canvas(chest.film.frame)
    for side in (-1, 1):
        for number in range(chest.patient.ribs if back else chest.patient.ribs - 3):
            path = _rib_back(chest, side, number) if back else _rib_front(chest, side, number)
            half = 0.026 if back else 0.03
            canvas.fill(band(path, half, half * 0.95), 1.0)
            canvas.fill(band(path, half * 0.6, half * 0.5), 0.62)
    return canvas.field()


def _ends(chest: Chest, side: int, number: int) -> tuple[float, float, float]:
    """For a rib: v at the spine, v at the lateral wall, and |u| there."""
    patient = chest.patient
    reach = patient.base - patient.apex
    start = patient.apex + 0.03 + reach * 1.02 * number / patient.ribs
    drop = (0.13 + 0.10 * min(number, 6) / 6) * patient.rib_slope
    wall = chest.wall(side)
    u = float(np.interp(start + drop, wall[:, 1], np.abs(wall[:, 0])))
    return start, start + drop, u + 0.015


def _rib_back(chest: Chest, side: int, number: int) -> Points:
    start, end, u = _ends(chest, side, number)
    t = np.linspace(0, np.pi / 2, 18)
    rise = 0.05 * np.sin(2 * t) * (1 if number else 0.4)
    bend = chest.patient.scoliosis * start
    return np.stack(
        [side * (0.06 + (u - 0.06) * np.sin(t)) + bend * np.cos(t),
         start + (end - start) * (1 - np.cos(t)) - rise],
        axis=1,
    )  # fmt: skip


def _rib_front(chest: Chest, side: int, number: int) -> Points:
    _, end, u = _ends(chest, side, number)
    t = np.linspace(0, np.pi / 2 * 0.82, 16)
    fall = (0.12 + 0.03 * number) * chest.patient.rib_slope**0.5
    inner = 0.2 + 0.035 * number
    return np.stack([side * (inner + (u - inner) * np.cos(t)), end + fall * np.sin(t)], axis=1)


def _clavicles(chest: Chest) -> Field:
    canvas, turn = Canvas(chest.film.frame), 2.2 * chest.film.turn
    slope = chest.patient.shoulder
    # On AP films the beam comes from above the clavicles' plane: they stand higher.
    level = chest.patient.apex + (0.09 if chest.film.view == "AP" else 0.15)
    for side in (-1, 1):
        knots = [
            (side * 0.07 + turn, level + 0.06), (side * 0.2 + turn, level),
            (side * 0.38, level - 0.03 - slope), (side * 0.6, level - 0.035 - 2 * slope),
            (side * 0.8, level - 0.08 - 3 * slope),
        ]  # fmt: skip
        path = curve(knots)
        canvas.fill(band(path, 0.036, 0.026), 1.0).fill(band(path, 0.022, 0.014), 0.68)
    return canvas.field()


def _scapulae(chest: Chest) -> Field:
    """Blades and the heads of the humeri; on PA films the shoulders are rolled outwards."""
    patient, canvas = chest.patient, Canvas(chest.film.frame)
    inner = patient.width * (0.68 if chest.film.view == "AP" else 0.93)
    top = patient.apex + 0.1
    for side in (-1, 1):
        knots = [
            (side * (inner + 0.02), top), (side * inner, top + 0.25),
            (side * (inner + 0.1), top + 0.62), (side * (inner + 0.17), top + 0.5),
            (side * (inner + 0.28), top + 0.12),
        ]  # fmt: skip
        canvas.fill(curve(knots, closed=True), 0.4)
        canvas.stroke(curve(knots[:3]), 1.1, 1.0)
        canvas.stroke(curve(knots[2:]), 1.0, 0.8)
        head = (side * (patient.width + 0.2), top + 0.02)
        canvas.fill(ellipse(*head, 0.1, 0.11), 1.0).fill(ellipse(*head, 0.085, 0.095), 0.75)
    return canvas.field()


def _spine(chest: Chest) -> Field:
    """The column; vertebrae show by the brighter plates between them."""
    patient, canvas = chest.patient, Canvas(chest.film.frame)
    steps = np.arange(-1.3, 1.4, 0.132)
    line = patient.scoliosis * steps + 0.4 * patient.scoliosis * np.sin(3 * steps)
    canvas.fill(band(np.stack([line, steps], axis=1), 0.065, 0.085), 0.5)
    for u, v in zip(line, steps, strict=True):
        wide = 0.07 + 0.008 * v
        for offset in (0.0, 0.03):
            plate = np.array([[u - wide, v + offset], [u + wide, v + offset]])
            canvas.stroke(plate, 0.8, 0.8)
        canvas.fill(ellipse(u, v + 0.08, 0.01, 0.022), 0.85)  # the spinous process, end-on
        for side in (-1, 1):
            canvas.fill(ellipse(u + side * 0.052, v + 0.06, 0.014, 0.022), 0.8)
    return canvas.field()
