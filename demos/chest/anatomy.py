"""The healthy chest as attenuation: a sum of soft layers, each about 1 where it is thick."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from demos.chest import skeleton, tissue, vessels
from demos.chest.patient import Film, Patient
from demos.chest.raster import Field, Mask, Points, blur, cloud, cover, curve, ellipse

SIDES = (-1, 1)  # image left (the patient's right), image right
LUNG_DEPTH = 2.3  # attenuation that air takes away where a lung is deep
MARGIN = 9  # pixels at the edge of the image that a collimator or a strip may hide
HEART_TILT = 0.6  # radians
HEART_LEFT = 0.16  # of its width: how far its middle lies from the midline
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
        # Barrel chests are wide at the top already, others widen down to the base.
        shape = np.stack([WALL[:, 0] ** self.patient.barrel, WALL[:, 1]], axis=1)
        return shape * (side * self.patient.width, reach) + (0, self.patient.apex)

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
        height = 0.15 + 0.72 * width
        bottom = self.angle(1) - 0.18 * self.patient.dome
        # An ellipse with its tip to the left, stretched to the wanted width and height.
        shape = ellipse(0, 0, 1.3, 1.0, HEART_TILT)
        shape *= (width / 2, height / 2) / shape.max(axis=0)
        return shape + np.array([HEART_LEFT * width + self.film.turn, bottom - height / 2])

    def pedicle(self, heart: Points) -> Points:
        """The great vessels' outline, from the heart up to the hila."""
        (left, top), (right, bottom) = heart.min(axis=0), heart.max(axis=0)
        half, turn, level = self.patient.mediastinum, self.film.turn, self.patient.apex + 0.5
        middle, height = (left + right) / 2, bottom - top
        knots = [
            (turn - 0.7 * half, level), (turn + 0.9 * half, level),
            (0.45 * middle + 0.55 * right, top + 0.12 * height),
            (0.2 * middle + 0.8 * right, top + 0.32 * height), (middle, top + 0.5 * height),
            (0.05 * middle + 0.95 * left, top + 0.35 * height),
            (0.35 * middle + 0.65 * left, top + 0.08 * height),
        ]  # fmt: skip
        return curve(knots, closed=True)

    @property
    def plain(self) -> Chest:
        """The same chest on a film of 128 x 128 pixels, on which findings are placed."""
        frame = replace(self.film.frame, times=1)
        return (
            self
            if frame == self.film.frame
            else replace(self, film=replace(self.film, frame=frame))
        )

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
        trunk = ellipse(half * 0.8 + turn, level + 0.22, 0.06, 0.13, -0.25)
        return blur(cover(self.film.frame, column, knob, trunk), 1.0)

    @cached_property
    def hearts(self) -> Field:
        """The heart of this film, 0 to 1."""
        return self.heart_cover(self.heart_ratio)

    def heart_cover(self, ratio: float) -> Field:
        """A heart of a ratio, 0 to 1, soft at its edge."""
        heart = self.heart(ratio)
        return blur(cover(self.film.frame, heart, self.pedicle(heart)), 1.0)

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
        """Where a lung is in full view: neither behind the heart nor at the film's edge."""
        lungs = np.maximum(self.lungs[-1], self.lungs[1])
        seen = np.zeros(lungs.shape, np.bool_)
        seen[MARGIN:-MARGIN, MARGIN:-MARGIN] = True
        return seen & (lungs > 0.95) & (self.hearts < 0.1) & (self.midline < 0.1)

    @cached_property
    def vessels(self) -> Field:
        """Vessels of both lungs and the hila, as attenuation."""
        tree = vessels.layer(self.patient, self.film, self.rng)
        lungs, times = np.maximum(self.lungs[-1], self.lungs[1]), self.film.frame.times
        texture = 0.05 * np.abs(cloud(self.rng, 0.8, times)) + 0.035 * cloud(self.rng, 3, times)
        return (tree + texture) * lungs * (1 - 0.6 * self.hearts)

    def total(self) -> Field:
        """The attenuation of the healthy chest: (128, 128), 0 to about 6."""
        vessels_ = self.vessels  # first: all that uses the generator, in a fixed order
        uneven = 0.12 * cloud(self.rng, 5, self.film.frame.times)
        bones = skeleton.layer(self)
        body = tissue.body(self)
        # What is not body takes no bones, and no air.
        inside = np.clip(body * 4, 0, 1)
        hearts = HEART * self.hearts + 0.5 * self.midline
        body = body + uneven * inside
        return np.maximum(body - self.air * inside + vessels_ + hearts * inside + bones, 0)
