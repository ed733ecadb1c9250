"""The estimator that typicality, translation and dating curves share (section 3.2, equation 3).

    T(x | c) = E over noise e and time t of  [ L_t(x, e, null) - L_t(x, e, c) ]
    L_t(x, e, p) = mean over the latent's channels of (e - e_theta(x_t, t, p))^2

kept for each latent pixel, with the same draws for the null prompt and for every label.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from diffmine.maths.score import Preset, Score, Scoring
from diffmine.maths.scores import Recipe
from diffmine.maths.scores.typicality import TYPICALITY
from diffmine.model.draws import Draws, draws, together
from diffmine.model.fast.lanes import ALONE, Lanes
from diffmine.model.model import Model
from diffmine.model.tally import Tally

_MAPS = 1024  # that are added to at once


@dataclass(frozen=True)
class Sampling:
    """How the draws of an image are made, but for their number."""

    t_range: tuple[int, int] = (100, 700)
    seed: int = 0
    preset: Preset = "common"

    @classmethod
    def like(cls, how: Scoring) -> Sampling:
        """As a scoring makes them."""
        return cls(how.t_range, how.seed, how.preset)

    def tally(self, maps: int, shape: torch.Size) -> Tally:
        """A tally for so many maps of an image whose latent has `shape` (c, h, w)."""
        return Tally.empty(maps, *shape[-2:], together=together(self.preset))

    def of(self, image_id: str, shape: torch.Size, start: int, stop: int) -> Draws:
        """The draws `start` to `stop` - 1 of an image whose latent has `shape` (c, h, w)."""
        c, h, w = shape
        return draws(image_id, stop, (c, h, w), self.t_range, self.seed, self.preset, start)


def drawn(how: Scoring, image_id: str, latent: Float[Tensor, "c h w"]) -> Draws:
    """All draws of an image with that latent."""
    return Sampling.like(how).of(image_id, latent.shape, 0, how.draws)


def label_recipes(labels: int, name: str = TYPICALITY.name) -> tuple[Recipe, ...]:
    """Typicality under each of so many labels, whose prompts follow the null prompt."""
    return tuple(Recipe(name, 0, prompt) for prompt in range(1, labels + 1))


@dataclass
class Item:
    """An image that is being scored: `prompts` begins with the null prompt, `recipes` make the maps
    of its tally."""

    image_id: str
    latent: Float[Tensor, "c h w"]
    prompts: tuple[str, ...]
    recipes: tuple[Recipe, ...]
    tally: Tally

    @property
    def done(self) -> int:
        """Draws that its tally holds."""
        return int(self.tally.draws.max())


@torch.inference_mode()
def advance(
    model: Model,
    items: list[Item],
    stop: int,
    sampling: Sampling,
    batch: int,
    say: Callable[[int], None] = lambda rows: None,
    lanes: Lanes = ALONE,
) -> None:
    """Bring the tallies of all items to `stop` draws, in calls of about `batch` rows of the UNet,
    or of as many in all `lanes` together.

    Images of the same size with as many prompts and the same recipes share calls; the result of an
    image does not depend on the others. `say` gets the number of rows after each call.
    """

    def kind(item: Item) -> tuple[tuple[int, ...], int, str]:
        sizes = (*item.latent.shape, len(item.prompts))
        return sizes, item.done, repr(item.recipes)

    for (_, done, _), alike in groupby(sorted(items, key=kind), kind):
        group = list(alike) if done < stop else []
        size = max(1, _MAPS // len(group[0].recipes)) if group else 1
        for first in range(0, len(group), size):
            some = group[first : first + size]
            _advance(model, some, (done, stop), sampling, batch, say, lanes)


def _advance(
    model: Model,
    items: list[Item],
    span: tuple[int, int],
    sampling: Sampling,
    batch: int,
    say: Callable[[int], None],
    lanes: Lanes,
) -> None:
    """The same for images of one kind: a value of each, then the next, so that a call is full
    also where there are few of them."""
    recipes = items[0].recipes
    latents = torch.stack([item.latent for item in items]).to(model.device)  # i c h w
    states, which = model.words([prompt for item in items for prompt in item.prompts])  # u s d
    which = which.unflatten(0, (len(items), -1))  # i p
    tally = Tally.stack([item.tally for item in items], model.device)
    pair = together(sampling.preset)
    assert tally.together == pair, "the tally is for other draws"

    @torch.inference_mode()
    def values_of(part: list[tuple[int, int]]) -> list[tuple[Tensor, Tensor]]:
        """For each (first draw, image) the value of every map, and whether the map takes it."""
        of = model.put(torch.tensor([x for _, x in part]))
        drawn = [
            sampling.of(items[x].image_id, items[x].latent.shape, start, start + pair)
            for start, x in part
        ]
        noise = model.put(torch.stack([draw.noise for draw in drawn]))  # i d c h w
        t = model.put(torch.stack([draw.t for draw in drawn]))  # i d
        loss, predictions = _losses(model, latents[of], (states, which[of]), noise, t)
        values, counts = _values(recipes, loss, predictions, t, pair)
        return list(zip(values[:, 0], counts[:, 0], strict=True))

    units = ((start, x) for start in range(*span, pair) for x in range(len(items)))
    most = max(1, lanes.rows(batch) // (pair * which.shape[1]))
    ready: list[tuple[Tensor, Tensor]] = []
    for results in lanes.map(values_of, iter(lambda: list(islice(units, most)), [])):
        ready += results
        while len(ready) >= len(items):  # one value of every image
            of_all, ready = ready[: len(items)], ready[len(items) :]
            tally.add(*map(torch.stack, zip(*of_all, strict=True)))
        say(len(results) * pair * which.shape[1])
    for item, row in zip(items, tally.rows(), strict=True):
        item.tally = row


def _whole(draws: int, pair: int) -> int:
    """The most draws up to `draws`, but at least one pair, that split no pair."""
    return max(1, draws // pair) * pair


def _losses(
    model: Model,
    latents: Float[Tensor, "i c h w"],
    words: tuple[Tensor, Int[Tensor, "i p"]],
    noise: Float[Tensor, "i d c h w"],
    t: Int[Tensor, "i d"],
) -> tuple[Float[Tensor, "i d p h w"], Float[Tensor, "i d p c h w"]]:
    """Squared errors (mean over channels) and predictions for each image, draw and prompt; `words`
    are the different prompts and which of them an image has."""
    states, which = words
    flat = model.add_noise(
        latents[:, None].expand_as(noise).flatten(0, 1), noise.flatten(0, 1), t.flatten()
    )  # i*d c h w
    asked = which.repeat_interleave(noise.shape[1], 0)  # i*d p
    predictions = model.denoise(flat, t.flatten(), states, asked)  # i*d p c h w
    predictions = predictions.unflatten(0, noise.shape[:2])  # i d p c h w
    return (noise[:, :, None] - predictions).square().mean(dim=3), predictions


def _values(
    recipes: tuple[Recipe, ...],
    loss: Float[Tensor, "i d p h w"],
    predictions: Float[Tensor, "i d p c h w"],
    t: Int[Tensor, "i d"],
    pair: int,
) -> tuple[Float[Tensor, "i v k h w"], Float[Tensor, "i v k"]]:
    """The value of every map by each `pair` of successive draws, and whether the map takes it."""
    values, counts = [], []
    for recipe in recipes:
        if recipe.squared:
            values.append(
                (predictions[:, :, recipe.base] - predictions[:, :, recipe.prompt]).square().mean(2)
            )
        else:
            values.append(loss[:, :, recipe.base] - loss[:, :, recipe.prompt])
        low, high = recipe.band or (0, 1001)
        counts.append(((t >= low) & (t < high)).float())
    each_draw = torch.stack(values, 2)  # i d k h w
    taken = torch.stack(counts, 2)[:, ::pair]  # i v k
    return each_draw.unflatten(1, (-1, pair)).mean(2), taken


@torch.inference_mode()
def value_by_value(
    model: Model, latent: Float[Tensor, "c h w"], draws: Draws, prompts: list[str], batch: int
) -> Iterator[Float[Tensor, "p v h w"]]:
    """The typicality of one image by each draw, or each pair of opposite noise, under each prompt
    but the first, which is the null prompt: a few values of float32 at a time, about `batch` rows
    of the UNet."""
    states, which = model.words(prompts)
    recipes = label_recipes(len(prompts) - 1)
    pair = draws.together
    step = _whole(batch // len(prompts), pair)
    for noise, t in zip(draws.noise.split(step), draws.t.split(step), strict=True):
        noise, t = model.put(noise), model.put(t)
        loss, predictions = _losses(
            model, model.put(latent)[None], (states, which[None]), noise[None], t[None]
        )
        values, _ = _values(recipes, loss, predictions, t[None], pair)  # 1 v p h w
        yield values[0].transpose(0, 1)


def single_values(
    model: Model, latent: Float[Tensor, "c h w"], draws: Draws, prompts: list[str], batch: int
) -> Float[Tensor, "p v h w"]:
    """All that `value_by_value` gives, at once."""
    return torch.cat(list(value_by_value(model, latent, draws, prompts, batch)), 1)


def typicality(
    loss_null: Float[Tensor, "n h w"], loss_label: Float[Tensor, "n h w"]
) -> tuple[Float[Tensor, "h w"], Float[Tensor, "h w"]]:
    """Mean over the draws of the difference of losses, and its standard error."""
    difference = loss_null - loss_label  # n h w
    return difference.mean(0), standard_error(difference)


def standard_error(values: Float[Tensor, "n *rest"]) -> Float[Tensor, "*rest"]:
    """Standard error of the mean over the first axis; zero for a single value."""
    if len(values) < 2:
        return torch.zeros_like(values[0])
    return values.std(0) / len(values) ** 0.5


def in_pixels(maps: Float[Tensor, "*b h w"], height: int, width: int) -> Float[Tensor, "*b H W"]:
    """Latent maps interpolated bilinearly to the image's size (the paper's note 3)."""
    flat = maps.reshape(-1, 1, *maps.shape[-2:]).float()
    scaled = torch.nn.functional.interpolate(flat, (height, width), mode="bilinear")
    return scaled.reshape(*maps.shape[:-2], height, width)


@torch.inference_mode()
def window_scores(
    model: Model,
    latent: Float[Tensor, "c h w"],
    draws: Draws,
    labels: list[str],
    window: tuple[int, int, int],
    size: tuple[int, int],
    batch: int,
) -> list[Score]:
    """Typicality of a window (row, col, size in pixels) under each label, with its exact error
    over the draws; `size` is the image's (height, width) in pixels."""
    prompts = model.trained_prompts()
    names = [prompts.of(None), *map(prompts.of, labels)]
    every = single_values(model, latent, draws, names, batch).cpu()  # labels v h w
    row, col, side = window
    pixels = in_pixels(every, *size)[..., row : row + side, col : col + side]
    values = pixels.mean(dim=(-2, -1)).T  # v labels
    pairs = zip(values.mean(0).tolist(), standard_error(values).tolist(), strict=True)
    return [Score(mean, error) for mean, error in pairs]


def as_numpy(tensor: Tensor) -> np.ndarray:
    """A float32 array on the CPU."""
    return tensor.float().cpu().numpy()
