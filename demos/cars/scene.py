"""What must not tell the decade: one draw of chance for all of it, the same for every decade."""

from __future__ import annotations

import colorsys
import hashlib
import math
from dataclasses import dataclass

import numpy as np

from demos.cars.canvas import Camera, Colour
from demos.cars.elements import DECADES, read_elements

# Hue, saturation, value of paint: no colour belongs to a decade.
PAINTS = (
    (0.0, 0.75, 0.68), (0.03, 0.70, 0.80), (0.09, 0.45, 0.72), (0.13, 0.60, 0.85),
    (0.28, 0.40, 0.48), (0.40, 0.45, 0.52), (0.50, 0.45, 0.62), (0.56, 0.55, 0.70),
    (0.61, 0.65, 0.60), (0.66, 0.40, 0.45), (0.93, 0.50, 0.55), (0.10, 0.18, 0.88),
    (0.60, 0.08, 0.66), (0.55, 0.12, 0.86),
)  # fmt: skip
GROUNDS: tuple[Colour, ...] = (
    (128, 128, 130), (150, 142, 130), (112, 116, 120), (168, 160, 144), (136, 146, 118),
)  # fmt: skip
SKIES: tuple[tuple[Colour, Colour], ...] = (
    ((128, 172, 214), (214, 228, 236)), ((168, 186, 200), (222, 224, 222)),
    ((226, 190, 160), (242, 226, 200)), ((188, 196, 206), (206, 210, 214)),
    ((150, 196, 216), (232, 236, 224)),
)  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """All nuisances of one picture."""

    camera: Camera
    view: str  # "side" or "front" (three-quarter front)
    facing: str  # "left" or "right"
    paint: Colour
    sky: tuple[Colour, Colour]  # above, at the horizon
    ground: Colour
    horizon: float  # pixels from the upper edge, before the tilt
    rim: int  # which plain wheel, 0 to 2
    shadow: float  # 0 to 1
    gain: float
    warmth: float
    blur: float  # pixels
    noise: float  # standard deviation in grey values
    quality: int  # of the JPEG
    things: frozenset[str]  # the elements of even frequency
    backdrop: tuple[float, ...]  # (6,), 0 to 1: where the tree, house and sun stand, and how large


def generator(*parts: object) -> np.random.Generator:
    """A generator seeded by what is drawn: another count of pictures changes none of them."""
    digest = hashlib.sha256("|".join(str(part) for part in parts).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def draw_scene(rng: np.random.Generator) -> Scene:
    """One scene; it takes no decade, so it cannot tell it."""
    front = bool(rng.random() < 0.5)
    camera = _camera(front, rng)
    sky = SKIES[int(rng.integers(len(SKIES)))]
    return Scene(
        camera=camera,
        view="front" if front else "side",
        facing="right" if camera.mirrored else "left",
        paint=_paint(rng),
        sky=(_jitter(sky[0], rng), _jitter(sky[1], rng)),
        ground=_jitter(GROUNDS[int(rng.integers(len(GROUNDS)))], rng),
        horizon=float(rng.uniform(50, 60)),
        rim=int(rng.integers(3)),
        shadow=float(rng.uniform(0.3, 0.65)),
        gain=float(rng.uniform(0.85, 1.12)),
        warmth=float(rng.uniform(-0.05, 0.05)),
        blur=float(rng.uniform(0.0, 0.5)),
        noise=float(rng.uniform(0.5, 4.0)),
        quality=int(rng.integers(72, 97)),
        things=frozenset(
            element.name
            for element in read_elements()
            if not element.informative and rng.random() < element.at(DECADES[0])
        ),
        backdrop=tuple(float(value) for value in rng.random(6)),
    )


def _camera(front: bool, rng: np.random.Generator) -> Camera:
    tilt = math.radians(rng.uniform(-3.5, 3.5))
    shift = float(rng.uniform(-4, 4)), float(rng.uniform(-4, 4))
    grow, yaw, pitch = float(rng.uniform(-1, 1)), rng.uniform(40, 50), rng.uniform(7, 11)
    mirrored = bool(rng.random() < 0.5)
    if front:
        # The near end looks longer: the car's middle is not the middle of what is seen.
        centre = 64 + (-5.5 if mirrored else 5.5) + shift[0], 70 + shift[1]
        angles, scale = (math.radians(yaw), math.radians(pitch)), 1.02 + 0.06 * grow
        return Camera(*angles, 260.0, tilt, scale, centre, mirrored)
    centre = 64 + shift[0], 78 + shift[1]
    return Camera(0.0, 0.0, math.inf, tilt, 1.03 + 0.07 * grow, centre, mirrored)


def _paint(rng: np.random.Generator) -> Colour:
    hue, saturation, value = PAINTS[int(rng.integers(len(PAINTS)))]
    red, green, blue = colorsys.hsv_to_rgb(
        (hue + rng.uniform(-0.02, 0.02)) % 1.0,
        min(1.0, saturation * rng.uniform(0.8, 1.15)),
        min(1.0, value * rng.uniform(0.85, 1.1)),
    )
    return round(red * 255), round(green * 255), round(blue * 255)


def _jitter(colour: Colour, rng: np.random.Generator) -> Colour:
    red, green, blue = (round(min(255, max(0, v + rng.uniform(-10, 10)))) for v in colour)
    return red, green, blue
