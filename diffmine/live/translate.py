"""Translate: the same picture under another label (section 5.1).

    x_0 --a course up to noise--> x_top --sampling under the target--> x_0'
    e = e_null + guidance * (e_target - e_null)        (or e_source in the place of e_null)

The courses are in model/course.py: DDIM inversion under the null prompt, or added noise. While
`pnp` samples, decoder features and self-attention of the source are injected (Plug-and-Play), so
that the layout stays. Targets run in one batch [source | null x L | target x L], or in as few as
fit; the source row reads the latents of the course, and leaves when injection ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor

from diffmine.atlas.records import Preview, Translated, Translation
from diffmine.config import TranslateConfig, TypicalityConfig
from diffmine.errors import UsageError
from diffmine.live.score import PICTURE, score_window
from diffmine.maths.fidelity import fidelity
from diffmine.maths.score import Scoring
from diffmine.model.course import INVERTS, Course, calls, courses, settled
from diffmine.model.model import Model
from diffmine.model.pixels import to_arrays, to_tensor
from diffmine.model.sample import (
    decoded,
    led_from,
    model_config,
    sample,
    soft_window,
)


def stream(
    model: Model,
    picture: Image.Image,
    window: tuple[int, int, int],
    targets: list[str],
    config: TranslateConfig,
    how: Scoring,
    image_id: str,
    source: str | None = None,
) -> Iterator[Preview | Translated]:
    """Translate a picture into every target, yielding after each call of the model.

    `picture` is the image as mined, `window` (row, col, size) in its pixels, `source` its own
    label, if it has one; `how` scores the window before and after, `image_id` seeds all that is
    random. Raises UsageError without targets.
    """
    if not targets:
        raise UsageError("Choose at least one label to translate into.")
    config = settled(model_config(model, config))
    before, steps = calls(config)
    back = steps if config.method in INVERTS else 0
    total = before + steps + back + len(targets) + 1
    latent = model.encode(to_tensor(picture))
    course: Course | None = None
    for step, course in enumerate(courses(model, latent, [source], config, [image_id]), start=1):  # noqa: B007
        yield Preview(min(step, before), total)
    assert course is not None
    soft = soft_window(window, (picture.height, picture.width)) if config.keep else None
    final = latent
    against = led_from(model, config, [source])
    for step, estimate in enumerate(sample(model, course, targets, config, soft, against), start=1):
        final = estimate
        shown = step < steps and (step == 1 or step % config.preview == 0)
        previews = list(decoded(model, estimate, picture, soft)) if shown else []
        yield Preview(before + step, total, dict(zip(targets, previews, strict=False)))
    pictures = decoded(model, final, picture, soft)
    yield Preview(before + steps, total, dict(zip(targets, pictures, strict=True)))
    for step, own in enumerate(sample(model, course, [], config) if back else [], start=1):
        final = own
        yield Preview(before + steps + step, total)
    error = _difference(model, final, picture) if back else float("nan")
    scored = _scored(model, picture, pictures, window, targets, how, image_id, source)
    done = total - len(targets) - 1
    for number, translations in enumerate(scored, start=1):
        yield Translated(translations, error) if translations else Preview(done + number, total)


def _scored(
    model: Model,
    picture: Image.Image,
    pictures: UInt8[np.ndarray, "L H W 3"],
    window: tuple[int, int, int],
    targets: list[str],
    how: Scoring,
    image_id: str,
    source: str | None,
) -> Iterator[list[Translation]]:
    """An empty list after each scored picture, the source first; at the end the translations. All
    share the same draws, so that before and after differ by the picture alone."""
    own = [] if source is None else [source]
    befores = score_window(model, picture, window, [*targets, *own], how, image_id)
    yield []
    translations = []
    for target, array, before in zip(targets, pictures, befores, strict=False):
        labels = [target, *own]
        afters = score_window(model, Image.fromarray(array), window, labels, how, image_id)
        likeness = fidelity(np.asarray(picture), array, window)
        pair = (befores[-1], afters[-1]) if own else None
        translations.append(Translation(target, array, before, afters[0], pair, likeness))
        yield []
    yield translations


def _difference(model: Model, latent: Float[Tensor, "1 c h w"], picture: Image.Image) -> float:
    image = to_arrays(model.decode(latent))[0]
    return float(np.abs(image.astype(np.float64) - np.asarray(picture)).mean())


def translate(
    model: Model,
    picture: Image.Image,
    window: tuple[int, int, int],
    targets: Sequence[str],
    config: TranslateConfig | None = None,
) -> list[Translation]:
    """The picture under each target label, with its layout kept (section 5.1).

    Args:
        model: A finetuned model, from `load_model`.
        picture: RGB; height and width must be multiples of `model.multiple`.
        window: (row, col, size) in pixels of the picture, scored before and after.
        targets: Labels to translate into, at least one.
        config: Method, steps, guidance and draws; by default those of `TranslateConfig`.

    Returns:
        A translation for each target, in their order; pictures are generated, 8-bit arrays
        (height, width, 3).

    Raises:
        UsageError: There is no target.
        ModelError: The model keeps no prompts.

    Example:
        >>> quick = TranslateConfig(steps=5)
        >>> (translation,) = translate(model, picture, (0, 0, 16), ["1990s"], quick)
        >>> translation.target, translation.picture.shape == (picture.height, picture.width, 3)
        ('1990s', True)
    """
    config = config or TranslateConfig()
    how = Scoring.of(TypicalityConfig(), config.draws)
    return last(stream(model, picture, window, list(targets), config, how, PICTURE)).translations


def last(steps: Iterable[Preview | Translated]) -> Translated:
    """The result at the end of a translation's steps."""
    return next(step for step in steps if isinstance(step, Translated))
