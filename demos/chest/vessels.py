"""Vessels that branch from the hila, generation by generation."""

from __future__ import annotations

import numpy as np

from demos.chest.patient import Film, Patient
from demos.chest.raster import Canvas, Field, Points, blur, ellipse

GENERATIONS = 5
TRUNKS = 8  # per side
DEPTH = 0.6  # attenuation of the thickest vessel


def layer(patient: Patient, film: Film, rng: np.random.Generator) -> Field:
    """The tree of both sides and the hila: (128, 128), 0 to about 0.7."""
    tree, hila = Canvas(film.frame), Canvas(film.frame)
    for side in (-1, 1):
        root = np.array([side * 0.17 + film.turn, patient.apex + (0.66 if side < 0 else 0.62)])
        paths, widths = _grow(root, side, rng)
        # The thin ones first, for what is drawn later covers what was there.
        paths, widths = paths[::-1], widths[::-1]
        tree.strokes(paths, widths, np.minimum(1.0, 0.06 + 0.36 * widths))
        hila.fill(ellipse(root[0], root[1], 0.05, 0.11, side * -0.25))
    depth = DEPTH * patient.vessels
    return depth * blur(tree.field(), 0.4) + 0.75 * patient.vessels * blur(hila.field(), 2.0)


def _grow(root: Points, side: int, rng: np.random.Generator) -> tuple[Points, Points]:
    """Paths (branches, 4, 2) and their widths in pixels, from the trunks to the twigs."""
    angles = np.linspace(-1.3, 1.4, TRUNKS) + rng.normal(0, 0.16, TRUNKS)  # 0 points outwards
    starts = np.repeat(root[None], TRUNKS, axis=0) + rng.normal(0, 0.03, (TRUNKS, 2))
    widths = rng.uniform(1.5, 2.3, TRUNKS)
    all_paths, all_widths = [], []
    for generation in range(GENERATIONS):
        length = rng.uniform(0.11, 0.2, len(angles)) * 0.92**generation
        bend = rng.normal(0, 0.3, len(angles))
        t = np.linspace(0, 1, 4)[None]
        # Vessels of the base droop: their ends turn downwards.
        heading = angles[:, None] + bend[:, None] * t
        step = np.stack([side * np.cos(heading), np.sin(heading)], axis=2)
        paths = starts[:, None] + step * (length[:, None] * t)[..., None]  # (n, 4, 2)
        all_paths.append(paths)
        all_widths.append(widths)
        split = rng.uniform(0.2, 0.5, len(angles))
        ends = angles + bend
        angles = np.concatenate([ends - split, ends + split * 0.8])
        starts = np.concatenate([paths[:, -1], paths[:, -1]])
        widths = np.concatenate([widths * 0.76, widths * 0.58])
        keep = rng.random(len(angles)) < (1.0 if generation < 2 else 0.75)
        angles, starts, widths = angles[keep], starts[keep], widths[keep]
    return np.concatenate(all_paths), np.concatenate(all_widths)
