"""The healthy chest as attenuation: a sum of soft layers, each about 1 where it is thick."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from demos.chest import skeleton, vessels
from demos.chest.patient import Film, Patient
from demos.chest.raster import Canvas, Field, Mask, Points, band, blur, cloud, cover, curve, ellipse

SIDES = (-1, 1)  # image left (the patient's right), image right
LUNG_DEPTH = 2.3  # attenuation that air takes away where a lung is deep
# Half width of the body (u) at v: neck, shoulders, chest, hips.
SILHOUETTE = (
    (-1.6, -1.08, -0.96, -0.87, -0.79, -0.7, -0.56, -0.35, -0.1, 0.1, 0.5, 1.0, 1.6),
    (0.29, 0.3, 0.37, 0.55, 0.8, 0.98, 1.1, 1.12, 1.02, 0.94, 0.9, 0.93, 0.95),
)
HEART = 0.55  # attenuation of the heart beyond the air it displaces
AIRLESS = 0.78  # share of the air behind and before the heart that it displaces
# The lateral wall from the apex (0) to the costophrenic angle (1), as a share of the width.
WALL = curve(
    [(0.36, 0.0), (0.56, 0.035), (0.74, 0.15), (0.87, 0.33), (0.96, 0.58), (1.0, 0.84), (1.0, 1.0)]
)


@dataclass(frozen=True)
class Chest:
    """A patient on a film: outlines in body coordinates and layers of (128, 128), float32."""

    patient: Patient
    film: Film
    rng: np.random.Generator  # of the patient's fine structure; used once, in `draw_chest`

    # 1. Outlines

    def angle(self, side: int) -> float:
        """v of the costophrenic angle."""
        return self.patient.base + self.film.breath - (self.patient.lift if side < 0 else 0)

    def wall(self, side: int) -> Points:
        """The lateral wall of a lung from the apex down to the angle: (n, 2)."""
        reach = self.angle(side) - self.patient.apex
        return WALL * (side * self.patient.width, reach) + (0, self.patient.apex)

    def dome(self, side: int, raised: float = 0.0) -> Points:
        """The diaphragm from the angle to the midline: (24, 2)."""
        x = np.linspace(1, 0, 24)
        inner = 0.13 * self.patient.width
        u = side * (inner + (self.patient.width - inner) * x)
        arch = (4 * x * (1 - x)) ** 0.75 * (1.12 - 0.24 * x)
        v = self.angle(side) - 0.03 * (1 - x) - (self.patient.dome + raised) * arch
        return np.stack([u, v], axis=1)

    def lung(self, side: int, raised: float = 0.0) -> Points:
        """The outline of a lung."""
        reach = self.angle(side) - self.patient.apex
        inner = 0.13 * self.patient.width
        medial = [(0.16, 0.9), (0.13, 0.5), (0.15, 0.15), (0.22, 0.03)]
        knots = [
            (side * (u * self.patient.width if u > 0.13 else inner), self.patient.apex + v * reach)
            for u, v in medial
        ]
        return np.concatenate([self.wall(side), self.dome(side, raised), curve(knots)])

    def heart(self, ratio: float) -> Points:
        """The heart's outline for a cardiothoracic ratio (heart's width over the chest's)."""
        width = ratio * 2 * self.patient.width
        bottom = self.angle(1) - 0.25 * self.patient.dome
        top = bottom - 0.28 - 0.5 * width
        right, left, turn = 0.33 * width, 0.67 * width, self.film.turn
        knots = (
            (-0.3 * right, top), (0.2 * left, top), (0.48 * left, top + 0.2 * (bottom - top)),
            (0.76 * left, top + 0.42 * (bottom - top)), (0.95 * left, top + 0.64 * (bottom - top)),
            (left, top + 0.84 * (bottom - top)), (0.88 * left, bottom + 0.03),
            (0.4 * left, bottom + 0.06), (-0.5 * right, bottom + 0.04),
            (-0.93 * right, bottom - 0.05), (-right, top + 0.66 * (bottom - top)),
            (-0.75 * right, top + 0.35 * (bottom - top)),
        )  # fmt: skip
        return curve(knots, closed=True) + np.array([turn, 0.0])

    @property
    def heart_ratio(self) -> float:
        """The ratio on this film: a heart is magnified on AP films."""
        return self.patient.heart * (1.12 if self.film.view == "AP" else 1.0)

    # 2. Layers

    @cached_property
    def lungs(self) -> dict[int, Field]:
        """How much of a pixel lies in the lung of a side, 0 to 1."""
        return {side: cover(self.film.frame, self.lung(side)) for side in SIDES}

    @cached_property
    def midline(self) -> Field:
        """Mediastinum with the aortic knob, 0 to 1."""
        half, turn, bend = self.patient.mediastinum, self.film.turn, self.patient.scoliosis
        left = [(0.45, -1.0), (0.75, -0.7), (0.85, -0.45), (1.0, -0.2), (1.0, 0.1), (0.7, 1.1)]
        right = [(-0.7, 1.1), (-1, 0.15), (-0.95, -0.2), (-0.8, -0.45), (-0.7, -0.7), (-0.45, -1)]
        column = curve([(u * half + turn + bend * v, v) for u, v in left + right])
        level = self.patient.apex + 0.34
        knob = ellipse(half * 0.75 + turn, level, self.patient.knob, self.patient.knob * 1.15)
        return blur(cover(self.film.frame, column, knob), 1.0)

    @cached_property
    def hearts(self) -> Field:
        """The heart of this film, 0 to 1."""
        return self.heart_cover(self.heart_ratio)

    def heart_cover(self, ratio: float) -> Field:
        """A heart of a ratio, 0 to 1, soft at its edge."""
        return blur(cover(self.film.frame, self.heart(ratio)), 1.0)

    @cached_property
    def thickness(self) -> Field:
        """What a pixel of lung takes away if no heart is there: 0 to about 2.5."""
        lungs = self.lungs[-1] + self.lungs[1]
        # Lungs are thinner towards their edges, and thicker at the bases than at the apex.
        round_off = 0.55 + 0.45 * np.clip(1.6 * blur(lungs, 6) - 0.6, 0, 1)
        _, v = self.film.frame.grid
        return LUNG_DEPTH * round_off * (1 + 0.08 * v)

    @cached_property
    def depth(self) -> Field:
        """Air in the lungs if no heart were there, as attenuation taken away."""
        return blur(self.lungs[-1] + self.lungs[1], 0.7) * self.thickness

    @cached_property
    def air(self) -> Field:
        """Air in the lungs, as attenuation taken away: (128, 128), 0 to about 2.3."""
        return self.depth * self.open

    @cached_property
    def open(self) -> Field:
        """The share of a lung's air that heart and mediastinum leave: (128, 128)."""
        return 1 - np.float32(AIRLESS) * np.maximum(self.hearts, self.midline)

    @cached_property
    def clear(self) -> Mask:
        """Where a lung is in full view, with neither heart nor mediastinum before it."""
        lungs = np.maximum(self.lungs[-1], self.lungs[1])
        return (lungs > 0.95) & (self.hearts < 0.1) & (self.midline < 0.1)

    @cached_property
    def vessels(self) -> Field:
        """Vessels of both lungs and the hila, as attenuation."""
        tree = vessels.layer(self.patient, self.film, self.rng)
        lungs = np.maximum(self.lungs[-1], self.lungs[1])
        texture = 0.05 * np.abs(cloud(self.rng, 0.8)) + 0.035 * cloud(self.rng, 3)
        return (tree + texture) * lungs * (1 - 0.6 * self.hearts)

    def total(self) -> Field:
        """The attenuation of the healthy chest: (128, 128), 0 to about 6."""
        vessels_ = self.vessels  # first: all that uses the generator, in a fixed order
        bones = skeleton.layer(self)
        body = self._body()
        # What is not body takes no bones, and no air.
        inside = np.clip(body * 4, 0, 1)
        hearts = HEART * self.hearts + 0.5 * self.midline
        return np.maximum(body - self.air * inside + vessels_ + hearts * inside + bones, 0)

    def _body(self) -> Field:
        """Soft tissue of torso, arms and breasts, with the abdomen under the domes."""
        patient, (u, v) = self.patient, self.film.frame.grid
        half = np.interp(
            v,
            np.array(SILHOUETTE[0]) + 0.8 * (patient.apex + 0.75),
            SILHOUETTE[1],
        ).astype(np.float32)
        half = half * (patient.width / 0.74) * (0.93 + 0.1 * patient.build)
        inside = np.clip(1 - (u / half) ** 2, 0, 1)
        thick = np.sqrt(inside) * (2.5 + 0.75 * patient.build + 0.35 * np.clip(v + 0.3, 0, 1))
        under = np.clip((v - self.angle(1) + 0.5) * 2, 0, 1)
        belly = 1.3 * under * blur(1 - self.lungs[-1] - self.lungs[1], 1.0)
        thick = thick + belly * np.clip(inside * 2, 0, 1)
        thick = blur(thick, 1.2)  # the skin is no hard edge
        thick = np.maximum(thick, self._arms(half))
        return thick + self._breasts() - self._bubble() - self._airway()

    def _arms(self, half: Field) -> Field:
        if not self.film.arms:
            return np.zeros_like(half)
        wide = 0.17 * self.patient.build**0.5
        layer = Canvas(self.film.frame)
        for side in SIDES:
            centre = side * (self.patient.width + 0.4)
            layer.fill(ellipse(centre, 0.4, wide, 1.1, side * -0.05), 0.6)
            bone = curve(
                [(side * (self.patient.width + 0.22), -0.55), (centre, 0.3), (centre, 1.2)]
            )
            layer.fill(band(bone, 0.045, 0.04), 1.0).fill(band(bone, 0.025, 0.02), 0.8)
        return 2.4 * blur(layer.field(), 1.3)

    def _breasts(self) -> Field:
        if self.patient.breast == 0:
            return np.zeros_like(self.film.frame.grid[0])
        size = self.patient.breast
        outlines = [
            curve(
                [(side * (0.12 + 0.1 * (1 - size)), 0.0), (side * 0.45, -0.2), (side * 0.78, 0.0),
                 (side * 0.76, 0.3 + 0.16 * size), (side * 0.45, 0.38 + 0.2 * size),
                 (side * 0.15, 0.26 + 0.14 * size)],
                closed=True,
            )
            for side in SIDES
        ]  # fmt: skip
        shape = cover(self.film.frame, *outlines)
        # Sharp below, where skin is seen edge-on, and fading upwards.
        _, v = self.film.frame.grid
        return 0.55 * size * blur(shape, 1.5) * np.clip(0.35 + 1.4 * (v + 0.1), 0.05, 1)

    def _bubble(self) -> Field:
        if self.patient.bubble == 0:
            return np.zeros_like(self.film.frame.grid[0])
        size = 0.06 + 0.07 * self.patient.bubble
        top = self.angle(1) - 0.75 * self.patient.dome + size * 0.8
        shape = ellipse(0.5 * self.patient.width, top, size * 1.5, size * 0.8)
        return 1.3 * blur(cover(self.film.frame, shape), 1.5)

    def _airway(self) -> Field:
        """Trachea and main bronchi, as attenuation taken away."""
        turn, level = self.film.turn, self.patient.apex + 0.52
        layer = Canvas(self.film.frame)
        trachea = curve([(turn, -1.4), (turn + 0.005, -0.7), (turn + 0.01, level)])
        layer.stroke(trachea, 6.0, 0.9)
        for side, reach in ((-1, 0.12), (1, 0.15)):
            layer.stroke(curve([(turn, level), (side * reach, level + 0.12)]), 4.0, 0.6)
        return 1.0 * blur(layer.field(), 1.0)
