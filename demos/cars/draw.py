"""Draws a car in a scene: the picture and what it shows."""

from __future__ import annotations

import io
from contextlib import ExitStack

import numpy as np
from PIL import Image, ImageFilter

from demos.cars.backdrop import backdrop
from demos.cars.cabin import antenna, cabin
from demos.cars.canvas import HEIGHT, SCALE, WIDTH, Canvas, Seen
from demos.cars.car import Car
from demos.cars.front import bumpers, grille
from demos.cars.lamps import lamps
from demos.cars.scene import Scene
from demos.cars.shapes import Corner, face, rounded, solid, stroke, tint
from demos.cars.wheels import arch, far_wheels, wheel
from demos.cars.wings import fin, running_board, strips, wings
from demos.splits import enlarged


def draw(
    car: Car, scene: Scene, noise: np.random.Generator, times: int = 1
) -> tuple[Image.Image, list[Seen]]:
    """The picture (RGB, 128 x 96, or `times` as wide and high) and the instances of elements that
    it shows, whose masks are (96, 128) always."""
    scale = max(SCALE, 2 * times)
    canvas = Canvas(Image.new("RGB", (WIDTH * scale, HEIGHT * scale)), scene.camera)
    backdrop(canvas, scene)
    _shadow(canvas, scene)
    _far(canvas, car, scene)
    _body(canvas, car, scene)
    cabin(canvas, car, scene)
    _near(canvas, car, scene)
    image = canvas.image.reduce(scale // times)
    return finish(image, scene, noise, times), canvas.seen()


def _shadow(canvas: Canvas, scene: Scene) -> None:
    """The same for all cars, as they are of one length and nearly of one width."""
    for grow, share in ((3.0, 0.35), (0.0, 0.45), (-3.0, 0.55)):
        corners: list[Corner] = [
            (-2 - grow, -21 - grow, 8), (102 + grow, -21 - grow, 8),
            (102 + grow, 21 + grow, 8), (-2 - grow, 21 + grow, 8),
        ]  # fmt: skip
        if scene.view == "side":
            low = [(x, 0.9 * z / 21) for x, z in rounded(corners)]
            canvas.veil([(x, 0.0, z) for x, z in low], scene.shadow * share)
        else:
            canvas.veil([(x, y, 0.0) for x, y in rounded(corners)], scene.shadow * share)


def _far(canvas: Canvas, car: Car, scene: Scene) -> None:
    """What the body hides, wholly or in part."""
    if scene.view == "side":
        return
    far_wheels(canvas, car)
    wings(canvas, car, scene.paint, far=True)
    fin(canvas, car, scene.paint, far=True)
    if car.body.kind == "carriage":
        lamps(canvas, car, far=True)


def _body(canvas: Canvas, car: Car, scene: Scene) -> None:
    bumpers(canvas, car, scene.paint, rear=True)
    with ExitStack() as stack:
        solid(canvas, car.profile, lambda x, z: -car.half(x, z), car.half, scene.paint)
        for name in ("wedge_nose", "rounded_nose"):
            if name in car.elements:
                stack.enter_context(canvas.element(name))
                _nose(canvas, car, scene)
    _doors(canvas, car, scene)
    if car.body.kind == "full":
        strips(canvas, car)
        for x in car.body.wheels:
            arch(canvas, car, x, -car.half(x, 10) - 0.2)
    grille(canvas, car)
    if car.body.kind != "carriage":
        lamps(canvas, car, far=True)


def _nose(canvas: Canvas, car: Car, scene: Scene) -> None:
    """The nose once more, up to the front wheel: its mask is what stands before the doors."""
    end = car.body.wheels[0] + (4.0 if "rounded_nose" in car.elements else 6.0)
    points = car.profile_until(end)
    solid(canvas, points, lambda x, z: -car.half(x, z), car.half, scene.paint, shine=1.0)


def _doors(canvas: Canvas, car: Car, scene: Scene) -> None:
    body = car.body
    foot, end = body.cabin[0], body.cabin[3]
    dark = tint(scene.paint, 0.55)

    def side(x: float, z: float) -> float:
        return -car.half(x, z) - 0.1

    if body.kind == "full":
        lamp = [
            (97.5, body.belt - 6),
            (98.2, body.belt - 2.5),
            (100, body.belt - 3),
            (99.5, body.belt - 6),
        ]
        face(canvas, lamp, side, (196, 40, 36))
    for start, stop in body.windows[:2]:
        for share in (start, stop):
            x = foot[0] + share * (end[0] - foot[0])
            face(canvas, stroke((x, body.belt), (x, body.sill + 1.5), 0.5), side, dark)
        x = foot[0] + (stop - 0.06) * (end[0] - foot[0])
        face(canvas, stroke((x - 3, body.belt - 3), (x, body.belt - 3), 0.9), side, (220, 222, 226))


def _near(canvas: Canvas, car: Car, scene: Scene) -> None:
    fin(canvas, car, scene.paint, far=False)
    carriage = car.body.kind == "carriage"
    if carriage:
        strips(canvas, car)
        running_board(canvas, car)
    else:
        wings(canvas, car, scene.paint, far=False)
    if not carriage and "pontoon_body" in car.elements:
        if car.body.kind == "merged":
            strips(canvas, car)
        for x in car.body.wheels:
            arch(canvas, car, x, -car.body.width - 0.9)
    for x in reversed(car.body.wheels):
        wheel(canvas, car, x, scene.rim)
    if carriage:
        wings(canvas, car, scene.paint, far=False)
    else:
        running_board(canvas, car)
    lamps(canvas, car, far=False)
    bumpers(canvas, car, scene.paint, rear=False)
    if "antenna" in scene.things:
        antenna(canvas, car)


def finish(
    image: Image.Image, scene: Scene, noise: np.random.Generator, times: int = 1
) -> Image.Image:
    """Blur, light, grain and JPEG: what a camera and an archive leave. A larger picture has the
    same blur and grain, `times` as wide, and no JPEG: its blocks would be others."""
    if scene.blur > 0.05:
        image = image.filter(ImageFilter.GaussianBlur(scene.blur * times))
    tone = np.array([1 + scene.warmth, 1.0, 1 - scene.warmth]) * scene.gain
    values = np.asarray(image, dtype=np.float64) * tone  # (96, 128, 3)
    values += enlarged(noise.standard_normal((HEIGHT, WIDTH, 1)), times) * scene.noise
    values += enlarged(noise.standard_normal((HEIGHT, WIDTH, 3)), times) * scene.noise * 0.4
    grey = Image.fromarray(np.rint(values.clip(0, 255)).astype(np.uint8))
    if times > 1:
        return grey
    file = io.BytesIO()
    # No subsampling: a change stays within its block of 8 x 8 pixels.
    grey.save(file, "JPEG", quality=scene.quality, subsampling=0)
    return Image.open(file).convert("RGB")
