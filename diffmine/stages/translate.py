"""Translate: the same picture under another label (section 5.1).

    x_0 --a course up to noise--> x_top --sampling under the target--> x_0'
    e = e_null + guidance * (e_target - e_null)        (or e_source in the place of e_null)

The courses are in diffusion/course.py: DDIM inversion under the null prompt, or added noise. While
`pnp` samples, decoder features and self-attention of the source are injected (Plug-and-Play), so
that the layout stays. Targets run in one batch [source | null x L | target x L], or in as few as
fit; the source row reads the latents of the course, and leaves when injection ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor

from diffmine.config import TranslateConfig
from diffmine.diffusion.course import INVERTS, Course, calls, courses, settled
from diffmine.diffusion.draws import draws
from diffmine.diffusion.model import Model, load_model
from diffmine.diffusion.pixels import to_arrays, to_tensor
from diffmine.diffusion.sample import (
    decoded,
    generated_png,
    led_from,
    model_config,
    sample,
    soft_window,
)
from diffmine.diffusion.score import Score, window_scores
from diffmine.engine import Engine, Progress, Report, here, silent
from diffmine.errors import UsageError
from diffmine.fidelity import Fidelity, fidelity
from diffmine.store.atlas import Atlas, Patch
from diffmine.store.schemas import TRANSLATIONS
from diffmine.verdict import became_typical

_BATCH = 160


@dataclass(frozen=True)
class Preview:
    """What the pictures look like so far: 8-bit (H, W, 3) for each target; none while inverting."""

    step: int
    steps: int
    pictures: dict[str, UInt8[np.ndarray, "H W 3"]]


@dataclass(frozen=True)
class Translation:
    """A finished picture (8-bit, H W 3), its window's typicality of the target before and after,
    the same of the source's own label, where it has one, and what was kept of the source."""

    target: str
    picture: UInt8[np.ndarray, "H W 3"]
    before: Score
    after: Score
    own: tuple[Score, Score] | None
    kept: Fidelity

    @property
    def became_typical(self) -> bool:
        """Whether the window became clearly typical of the target."""
        before = (self.before.typicality, self.before.se)
        return became_typical(before, (self.after.typicality, self.after.se)) == "yes"


@dataclass(frozen=True)
class Result:
    """All translations of one picture, in the order of the targets.

    `reconstruction` is the mean absolute difference, of 255, of the source and what its inversion
    leads back to under the null prompt: no translation can be nearer. NaN where nothing is
    inverted.
    """

    translations: list[Translation]
    reconstruction: float = float("nan")


def stream(
    model: Model,
    picture: Image.Image,
    window: tuple[int, int, int],
    targets: list[str],
    config: TranslateConfig,
    image_id: str,
    source: str | None = None,
) -> Iterator[Preview | Result]:
    """Translate a picture into every target, yielding after each call of the model.

    `picture` is the image as mined, `window` (row, col, size) in its pixels, `source` its own
    label, if it has one; `image_id` seeds all that is random. Raises UsageError without targets.
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
        yield Preview(min(step, before), total, {})
    assert course is not None
    soft = soft_window(window, (picture.height, picture.width)) if config.keep else None
    final = latent
    against = led_from(model, config, [source])
    for step, estimate in enumerate(sample(model, course, targets, config, soft, against), start=1):
        final = estimate
        shown = step < steps and (step == 1 or step % config.preview == 0)
        made = list(decoded(model, estimate, picture, soft)) if shown else []
        yield Preview(before + step, total, dict(zip(targets, made, strict=False)))
    pictures = decoded(model, final, picture, soft)
    yield Preview(before + steps, total, dict(zip(targets, pictures, strict=True)))
    for step, own in enumerate(sample(model, course, [], config) if back else [], start=1):
        final = own
        yield Preview(before + steps + step, total, {})
    error = _difference(model, final, picture) if back else float("nan")
    scored = _scored(model, picture, pictures, window, targets, config, image_id, source)
    done = total - len(targets) - 1
    for number, found in enumerate(scored, start=1):
        yield Result(found, error) if found else Preview(done + number, total, {})


def _scored(
    model: Model,
    picture: Image.Image,
    pictures: UInt8[np.ndarray, "L H W 3"],
    window: tuple[int, int, int],
    targets: list[str],
    config: TranslateConfig,
    image_id: str,
    source: str | None,
) -> Iterator[list[Translation]]:
    """Nothing after each picture that was scored, the source first; then the translations."""
    own = [] if source is None else [source]
    befores = _window(model, picture, window, [*targets, *own], config, image_id)
    yield []
    made = []
    for target, array, before in zip(targets, pictures, befores, strict=False):
        labels = [target, *own]
        afters = _window(model, Image.fromarray(array), window, labels, config, image_id)
        kept = fidelity(np.asarray(picture), array, window)
        pair = (befores[-1], afters[-1]) if own else None
        made.append(Translation(target, array, before, afters[0], pair, kept))
        yield []
    yield made


def _difference(model: Model, latent: Float[Tensor, "1 c h w"], picture: Image.Image) -> float:
    image = to_arrays(model.decode(latent))[0]
    return float(np.abs(image.astype(np.float64) - np.asarray(picture)).mean())


def _window(
    model: Model,
    picture: Image.Image,
    window: tuple[int, int, int],
    labels: list[str],
    config: TranslateConfig,
    image_id: str,
) -> list[Score]:
    """The same draws for every picture, so that before and after differ by the picture alone."""
    latent = model.encode(to_tensor(picture))[0]  # c h w
    shape = (latent.shape[0], latent.shape[1], latent.shape[2])
    drawn = draws(image_id, config.draws, shape, model.trained_prompts().t_range)
    size = (picture.height, picture.width)
    return window_scores(model, latent, drawn, labels, window, size, _BATCH)


# The stage: central patches of elements into every label


def run(
    atlas: Atlas, config: TranslateConfig, *, engine: Engine = here, progress: Progress = silent
) -> Report:
    """Translate the central patches of each label's first elements into all labels; writes one
    part of translations/ for each label."""
    report = Report("translate")
    if not atlas.begin("translate", config):
        report.kept = sum(1 for _ in atlas.parts("translations"))
        return report.close()
    work = [(label, _central(atlas, label, config)) for label in atlas.labels]
    total = sum(len(patches) for _, patches in work)
    names = {label: f"translations/part-{k:05d}.parquet" for k, label in enumerate(atlas.labels)}
    todo = [(label, patches) for label, patches in work if not atlas.finished(names[label])]
    report.kept = total - sum(len(patches) for _, patches in todo)
    model = load_model(atlas.needed_model()) if todo else None

    def translate(item: tuple[str, list[Patch]]) -> int:
        label, patches = item
        assert model is not None
        rows: list[dict[str, Any]] = []
        for patch in patches:
            rows += _rows(atlas, model, patch, config)
            report.done += 1
            progress("translate", report.kept + report.done, total, "patches")
        atlas.write(names[label], rows, TRANSLATIONS, group=128)
        return len(patches)

    for _ in engine.map(translate, todo):
        pass
    atlas.end("translate")
    return report.close()


def _central(atlas: Atlas, label: str, config: TranslateConfig) -> list[Patch]:
    """The patches nearest to the centres of the label's most typical elements."""
    rows = [row for row in atlas.table("elements").to_pylist() if row["label"] == label]
    first = sorted(rows, key=lambda row: row["rank"])[: config.per_label]
    return [
        patch for row in first for patch in atlas.element(label, row["element"], config.per_element)
    ]


def _rows(
    atlas: Atlas, model: Model, patch: Patch, config: TranslateConfig
) -> Iterator[dict[str, Any]]:
    picture = atlas.pictures.picture(patch.image_id)
    window = (patch.row, patch.col, patch.size)
    steps = stream(model, picture, window, atlas.labels, config, patch.image_id, patch.label)
    result = next(step for step in steps if isinstance(step, Result))
    for made in result.translations:
        yield {
            "patch_id": patch.patch_id,
            "image_id": patch.image_id,
            "label": patch.label,
            "target": made.target,
            "image": {"bytes": generated_png(made.picture), "path": None},
            "typicality_before": made.before.typicality,
            "se_before": made.before.se,
            "typicality_after": made.after.typicality,
            "se_after": made.after.se,
            "own_before": made.own[0].typicality if made.own else None,
            "own_after": made.own[1].typicality if made.own else None,
            "outline": made.kept.outline,
            "outside": made.kept.outside,
        }
