"""From attenuation to a grey film: scatter, grain, film curve, edges, leads and the letter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from demos.chest.patient import Film
from demos.chest.raster import SIZE, Canvas, Field, Frame, Mask, Points, blur, curve, ellipse
from demos.splits import enlarged

LETTERS = {
    "L": (((-0.5, -1), (-0.5, 1), (0.6, 1)),),
    "R": (
        ((-0.5, 1), (-0.5, -1), (0.3, -1), (0.6, -0.75), (0.6, -0.3), (0.3, 0.0), (-0.5, 0.0)),
        ((0.05, 0.0), (0.65, 1)),
    ),
}


def develop(attenuation: Field, film: Film, rng: np.random.Generator) -> Field:
    """Grey values of (128, 128), 0 to 255: dense is white."""
    size, times = film.frame.size, film.frame.times
    uneven = np.linspace(-film.heel, film.heel, size, dtype=np.float32)[None]  # tube's heel effect
    light = np.exp(-film.kilovolt * np.maximum(attenuation + uneven, 0))
    light = (1 - film.scatter) * light + film.scatter * blur(light, 9)
    # Grain of two sizes; a quantum limit makes the dense parts noisier relative to their light.
    grain = rng.standard_normal((SIZE, SIZE), dtype=np.float32)
    grain = 0.75 * grain + blur(rng.standard_normal((SIZE, SIZE), dtype=np.float32), 0.8)
    grain = enlarged(grain, times)
    light = np.clip(light + film.noise * grain * np.sqrt(light + 0.02), 0, 1)
    dense = (1 - light) ** film.gamma
    return film.black + (film.white - film.black) * dense


def leads(film: Film, rng: np.random.Generator) -> Field:
    """Electrodes and their wires, as attenuation: (128, 128); zero where there are none."""
    canvas = Canvas(film.frame)
    for _ in range(film.leads):
        side = 1 if rng.random() < 0.5 else -1
        u, v = side * rng.uniform(0.25, 0.7), rng.uniform(-0.55, 0.5)
        away = (side * rng.uniform(0.5, 1.1), 1.3 if rng.random() < 0.6 else -1.3)
        middle = ((u + away[0]) / 2 + rng.normal(0, 0.15), (v + away[1]) / 2)
        canvas.stroke(curve([(u, v), middle, away]), 0.7, 0.5)
        canvas.fill(ellipse(u, v, 0.045, 0.045), 0.7).fill(ellipse(u, v, 0.02, 0.02), 1.0)
    return 1.6 * canvas.field()


def tube(film: Film, rng: np.random.Generator) -> Field:
    """A central line or a tube in the trachea, as attenuation; zero where there is none."""
    canvas = Canvas(film.frame)
    if film.tube:
        turn = film.turn
        if rng.random() < 0.5:
            path = [(0.35, -0.85), (0.12, -0.62), (-0.08 + turn, -0.4), (-0.1 + turn, -0.08)]
            canvas.stroke(curve(path), 0.9, 0.8)
        else:
            end = rng.uniform(-0.4, -0.28)
            path = [(turn + 0.02, -1.3), (turn - 0.01, -0.8), (turn, end)]
            canvas.stroke(curve(path), 1.8, 0.7)
    return 1.1 * canvas.field()


def marker(film: Film, rng: np.random.Generator) -> tuple[Field, Mask]:
    """The side's letter as opacity (128, 128), 0 to 1 (negative is black), and its mask."""
    letter = "L" if rng.random() < 0.85 else "R"
    half = rng.uniform(0.055, 0.075)  # of the letter's height
    side = 1 if letter == "L" else -1
    clear = 0.0 if film.edge == "none" else 0.13  # a white letter on a white strip is no letter
    u = side * (1 - half - clear - rng.uniform(0.05, 0.16))
    v = -1 + half + clear + rng.uniform(0.06, 0.2)
    tilt = rng.normal(0, 0.12)
    plate = bool(rng.random() < 0.4)  # a white plate with a black letter, else a white letter
    turn = np.array([[np.cos(tilt), np.sin(tilt)], [-np.sin(tilt), np.cos(tilt)]])

    def placed(points: Points) -> Points:
        return points * half @ turn + [u, v]

    # What belongs to the film, not to the body, lies straight on it.
    plain = Frame(times=film.frame.times)
    ink, box = Canvas(plain), Canvas(plain)
    for stroke in LETTERS[letter]:
        ink.stroke(placed(np.array(stroke)), 1.9)
    box.fill(placed(np.array([(-1.1, -1.55), (1.2, -1.55), (1.2, 1.55), (-1.1, 1.55)])))
    if plate:
        return box.field() - 2 * ink.field(), box.field() > 0.25
    return ink.field(), ink.field() > 0.25


def edge(film: Film, rng: np.random.Generator) -> tuple[Field, Mask]:
    """What a collimator or the film's edge leaves: opacity as of `marker`, and its mask."""
    size, times = film.frame.size, film.frame.times
    if film.edge == "none":
        return np.zeros((size, size), np.float32), np.zeros((size, size), np.bool_)
    row, col = film.frame.places
    far = SIZE - 1
    distances = np.stack([row, far - row, col, far - col])
    tilts = rng.normal(0, 0.025, 4)
    along = np.stack([col, col, row, row]) - far / 2
    wide = rng.uniform(2, 8, 4)
    wide[rng.random(4) < 0.5] = -99
    chosen = int(rng.integers(4))
    wide[chosen] = rng.uniform(3, 8)
    if film.edge == "strip":  # at one side only
        wide[np.arange(4) != chosen] = -99
    reach = (wide[:, None, None] + tilts[:, None, None] * along) - distances
    opacity = np.clip(times * reach.max(axis=0) + 0.5, 0, 1).astype(np.float32)
    sign = 1 if film.edge == "strip" else -1
    return sign * opacity, opacity > 0.5


def burn(grey: Field, opacity: Field) -> Field:
    """Draws over a film: opacity 1 is white, -1 black, 0 leaves it."""
    white = np.clip(opacity, 0, 1)
    black = np.clip(-opacity, 0, 1)
    return grey * (1 - white - black) + 250 * white + 3 * black


def pixels(grey: Field) -> NDArray[np.uint8]:
    """Rounded to 0 to 255."""
    return np.rint(np.clip(grey, 0, 255)).astype(np.uint8)
