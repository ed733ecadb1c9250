"""Dead-leaves pictures: overlapping shapes whose sizes follow a power law.

They have the edges, occlusions and spectrum of photographs (Lee, Mumford and Huang 2001), so an
autoencoder trained on them also carries photographs, and nobody holds rights in them.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter


def dead_leaves(seed: int, side: int = 96) -> Image.Image:
    """One RGB picture of `side` pixels, drawn from `seed` alone."""
    chance = np.random.default_rng([20260, seed])
    large = side * 2
    picture = Image.new("RGB", (large, large), _colour(chance, None))
    mood = _colour(chance, None)
    for _ in range(int(chance.integers(40, 260))):
        radius = large * 0.012 / (1 - chance.random() * 0.982)
        _leaf(picture, chance, radius, _colour(chance, mood))
    picture = picture.resize((side, side), Image.Resampling.LANCZOS)
    return _photographed(picture, chance)


def _colour(chance: np.random.Generator, mood: tuple[int, ...] | None) -> tuple[int, ...]:
    """A colour; most keep near the picture's mood, and grey is common as in photographs."""
    grey = chance.random() * 255
    colour = grey + chance.normal(0, 1, 3) * chance.choice([4, 25, 70])
    if mood is not None and chance.random() < 0.6:
        colour = 0.5 * colour + 0.5 * np.array(mood)
    return tuple(int(value) for value in np.clip(colour, 0, 255))


def _leaf(
    picture: Image.Image, chance: np.random.Generator, radius: float, colour: tuple[int, ...]
) -> None:
    """Draw a disc, a polygon or a bar; some are shaded from side to side or covered in grain."""
    x, y = chance.random(2) * picture.width
    count = int(chance.choice([3, 4, 4, 5, 24]))
    angles = np.sort(chance.random(count)) * 2 * np.pi
    if count in (4, 24):
        angles = np.arange(count) * 2 * np.pi / count + chance.random()
    flat = np.array([1.0, 1.0 if chance.random() < 0.5 else chance.random() * 0.9 + 0.05])
    turn = chance.random() * np.pi
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1) * flat * radius
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    corners = [(float(a), float(b)) for a, b in points @ spin + (x, y)]
    mask = Image.new("L", picture.size)
    ImageDraw.Draw(mask).polygon(corners, fill=255)
    box = mask.getbbox()
    if box is None:
        return
    size = (box[2] - box[0], box[3] - box[1])
    picture.paste(_fill(chance, size, colour), box, mask.crop(box))


def _fill(
    chance: np.random.Generator, size: tuple[int, int], colour: tuple[int, ...]
) -> Image.Image:
    width, height = size
    area = np.broadcast_to(np.array(colour, np.float32), (height, width, 3)).copy()
    if chance.random() < 0.6:
        slope = chance.normal(0, 40, 2)
        ramp = np.linspace(-1, 1, height)[:, None] * slope[0]
        area += (ramp + np.linspace(-1, 1, width)[None] * slope[1])[..., None]
    if chance.random() < 0.3:
        area += chance.normal(0, chance.random() * 30, (height, width, 1))
    if chance.random() < 0.15:
        period = 2 + chance.random() * 12
        wave = np.sin(
            (np.arange(width)[None] + np.arange(height)[:, None] * chance.normal()) / period
        )
        area += wave[..., None] * 30
    return Image.fromarray(np.clip(area, 0, 255).astype(np.uint8))


def _photographed(picture: Image.Image, chance: np.random.Generator) -> Image.Image:
    if chance.random() < 0.3:
        picture = picture.filter(ImageFilter.GaussianBlur(chance.random() * 1.2))
    pixels: np.ndarray = np.asarray(picture, np.float32)
    if chance.random() < 0.15:
        pixels = np.repeat(pixels.mean(axis=2, keepdims=True), 3, axis=2)
    if chance.random() < 0.4:
        pixels = pixels + chance.normal(0, chance.random() * 8, pixels.shape)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
