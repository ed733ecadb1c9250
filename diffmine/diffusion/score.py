"""The estimator that typicality, translation and dating curves share (section 3.2, equation 3).

    T(x | c) = E over noise e and time t of  [ L_t(x, e, null) - L_t(x, e, c) ]
    L_t(x, e, p) = mean over the latent's channels of (e - e_theta(x_t, t, p))^2

kept for each latent pixel, with the same draws for the null prompt and for every label.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from diffmine.diffusion.draws import Draws, Preset, draws, tally_for
from diffmine.diffusion.model import Model
from diffmine.diffusion.tally import Tally, control_weight


@dataclass(frozen=True)
class Score:
    """Typicality (mean squared error of predicted noise, difference of two) and its error."""

    typicality: float
    se: float


@dataclass(frozen=True)
class Sampling:
    """How the draws of an image are made, but for their number."""

    t_range: tuple[int, int] = (100, 700)
    seed: int = 0
    preset: Preset = "stratified"

    def tally(self, maps: int, shape: torch.Size) -> Tally:
        """A tally for so many maps of an image whose latent has `shape` (c, h, w)."""
        return tally_for(self.preset, maps, shape)

    def of(self, image_id: str, shape: torch.Size, start: int, stop: int) -> Draws:
        """The draws `start` to `stop` - 1 of an image whose latent has `shape` (c, h, w)."""
        c, h, w = shape
        return draws(image_id, stop, (c, h, w), self.t_range, self.seed, self.preset, start)


@dataclass(frozen=True)
class Measure:
    """How one map is made: the loss under prompt `base` less that under prompt `prompt`.

    With `squared` the squared difference of the two predictions instead; with `band` only from
    the draws whose timestep lies in [low, high).
    """

    name: str
    base: int
    prompt: int
    squared: bool = False
    band: tuple[int, int] | None = None


def typicalities(labels: int, name: str = "typicality") -> tuple[Measure, ...]:
    """Typicality under each of so many labels, whose prompts follow the null prompt."""
    return tuple(Measure(name, 0, k) for k in range(1, labels + 1))


@dataclass
class Item:
    """An image that is being scored: `prompts` begins with the null prompt, `measures` are the maps
    of its tally."""

    image_id: str
    latent: Float[Tensor, "c h w"]
    prompts: tuple[str, ...]
    measures: tuple[Measure, ...]
    tally: Tally

    @property
    def done(self) -> int:
        """Draws that its tally holds."""
        return int(self.tally.n.max())


@torch.inference_mode()
def advance(
    model: Model,
    items: list[Item],
    stop: int,
    sampling: Sampling,
    batch: int,
    say: Callable[[int], None] = lambda rows: None,
) -> None:
    """Bring the tallies of all items to `stop` draws, in calls of about `batch` rows of the UNet.

    Images of the same size with as many prompts and the same measures share calls; the result of an
    image does not depend on the others.
    `say` hears the number of rows after each call.
    """

    def kind(item: Item) -> tuple[tuple[int, ...], int, str]:
        sizes = (*item.latent.shape, len(item.prompts))
        return sizes, item.done, repr(item.measures)

    for (_, done, _), alike in groupby(sorted(items, key=kind), kind):
        group = list(alike) if done < stop else []
        size = max(1, batch // len(group[0].prompts)) if group else 1
        for first in range(0, len(group), size):
            _advance(model, group[first : first + size], (done, stop), sampling, batch, say)


def _advance(
    model: Model,
    items: list[Item],
    span: tuple[int, int],
    sampling: Sampling,
    batch: int,
    say: Callable[[int], None],
) -> None:
    """The same for images of one kind: all in every call."""
    measures = items[0].measures
    latents = torch.stack([item.latent for item in items]).to(model.device)  # i c h w
    states = model.embed([prompt for item in items for prompt in item.prompts])
    states = states.unflatten(0, (len(items), -1))  # i p s d
    tally = Tally.stack([item.tally for item in items], model.device)
    step = max(1, batch // (len(items) * states.shape[1]))
    for start in range(span[0], span[1], step):
        stop = min(start + step, span[1])
        drawn = [sampling.of(x.image_id, x.latent.shape, start, stop) for x in items]
        noise = torch.stack([each.noise for each in drawn]).to(model.device)  # i d c h w
        t = torch.stack([each.t for each in drawn])  # i d
        loss, found = _losses(model, latents, states, noise, t)
        for draw in range(stop - start):
            _take(tally, measures, loss[:, draw], found[:, draw], noise[:, draw], t[:, draw])
        say(loss.shape[0] * loss.shape[1] * loss.shape[2])
    for item, row in zip(items, tally.rows(), strict=True):
        item.tally = row


def _losses(
    model: Model,
    latents: Float[Tensor, "i c h w"],
    states: Tensor,
    noise: Float[Tensor, "i d c h w"],
    t: Int[Tensor, "i d"],
) -> tuple[Float[Tensor, "i d p h w"], Float[Tensor, "i d p c h w"]]:
    """Squared errors (mean over channels) and predictions for each image, draw and prompt."""
    prompts = states.shape[1]
    flat = model.add_noise(
        latents[:, None].expand_as(noise).flatten(0, 1), noise.flatten(0, 1), t.flatten()
    )  # i*d c h w
    rows = flat.repeat_interleave(prompts, 0)  # i*d*p c h w
    words = states[:, None].expand(-1, noise.shape[1], -1, -1, -1).flatten(0, 2)  # i*d*p s e
    found = model.denoise(rows, t.flatten().repeat_interleave(prompts), words)
    found = found.view(*noise.shape[:2], prompts, *noise.shape[2:])  # i d p c h w
    return (noise[:, :, None] - found).square().mean(dim=3), found


def _take(
    tally: Tally,
    measures: tuple[Measure, ...],
    loss: Float[Tensor, "i p h w"],
    found: Float[Tensor, "i p c h w"],
    noise: Float[Tensor, "i c h w"],
    t: Int[Tensor, " i"],
) -> Float[Tensor, "i k h w"]:
    """Take one draw of every image into a tally; what it said of each map."""
    values, counts = _measured(measures, loss, found, t)
    if tally.steady:
        weight = torch.stack([control_weight(t) * (not each.squared) for each in measures], 1)
        values = tally.steadied(values, noise, weight.to(noise.device))
    tally.add(values, counts)
    if tally.steady:
        tally.follow(
            torch.stack([found[:, each.prompt] - found[:, each.base] for each in measures], 1)
        )
    return values


def _measured(
    measures: tuple[Measure, ...],
    loss: Float[Tensor, "i p h w"],
    found: Float[Tensor, "i p c h w"],
    t: Int[Tensor, " i"],
) -> tuple[Float[Tensor, "i k h w"], Float[Tensor, "i k"]]:
    """What one draw says of every map, and whether the map takes this draw."""
    values, counts = [], []
    for each in measures:
        if each.squared:
            values.append((found[:, each.base] - found[:, each.prompt]).square().mean(1))
        else:
            values.append(loss[:, each.base] - loss[:, each.prompt])
        low, high = each.band or (0, 1001)
        counts.append(((t >= low) & (t < high)).float())
    return torch.stack(values, 1), torch.stack(counts, 1).to(loss.device)


@torch.inference_mode()
def draw_by_draw(
    model: Model, latent: Float[Tensor, "c h w"], draws: Draws, prompts: list[str], batch: int
) -> Iterator[Float[Tensor, "p d h w"]]:
    """What each single draw says of the typicality of one image under each prompt but the first,
    which is the null prompt: a few draws of float32 at a time, about `batch` rows of the UNet."""
    states = model.embed(prompts)[None]  # 1 p s d
    measures = typicalities(len(prompts) - 1)
    tally = Tally.stack([draws.tally(len(measures))], model.device)
    step = max(1, batch // len(prompts))
    for noise, t in zip(draws.noise.split(step), draws.t.split(step), strict=True):
        noise = noise.to(model.device)
        loss, found = _losses(model, latent[None].to(model.device), states, noise[None], t[None])
        kept = []
        for draw in range(len(t)):
            at = slice(draw, draw + 1)
            kept.append(_take(tally, measures, loss[:, draw], found[:, draw], noise[at], t[at])[0])
        yield torch.stack(kept, 1)  # p d h w


def single_draws(
    model: Model, latent: Float[Tensor, "c h w"], draws: Draws, prompts: list[str], batch: int
) -> Float[Tensor, "p n h w"]:
    """All that `draw_by_draw` gives, at once."""
    return torch.cat(list(draw_by_draw(model, latent, draws, prompts, batch)), 1)


def typicality(
    loss_null: Float[Tensor, "n h w"], loss_label: Float[Tensor, "n h w"]
) -> tuple[Float[Tensor, "h w"], Float[Tensor, "h w"]]:
    """Mean over the draws of the difference of losses, and its standard error."""
    difference = loss_null - loss_label  # n h w
    return difference.mean(0), standard_error(difference)


def standard_error(values: Float[Tensor, "n *rest"]) -> Float[Tensor, "*rest"]:
    """Standard error of the mean over the first axis; zero for a single draw."""
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
    per_draw = single_draws(model, latent, draws, names, batch).cpu()  # labels n h w
    row, col, side = window
    pixels = in_pixels(per_draw, *size)[..., row : row + side, col : col + side]
    values = pixels.mean(dim=(-2, -1)).T  # n labels
    pairs = zip(values.mean(0).tolist(), standard_error(values).tolist(), strict=True)
    return [Score(mean, error) for mean, error in pairs]


def as_numpy(tensor: Tensor) -> np.ndarray:
    """A float32 array on the CPU."""
    return tensor.float().cpu().numpy()
