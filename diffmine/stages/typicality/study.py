"""How many draws a model needs: every scheme of drawing against a truth of very many draws.

Windows of a few images, at half-overlapping places, are scored by the first N draws of a scheme and
by a long run of other draws. Reported for each N: rank correlation over all windows, the share of
the truly best that are among those chosen, the mean truth of the chosen over that of the best, and
the error of a window.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from scipy.stats import spearmanr

from diffmine.atlas.reader import Atlas
from diffmine.config import TypicalityConfig
from diffmine.engine import Progress, silent
from diffmine.errors import UsageError
from diffmine.maths.score import Preset
from diffmine.maths.windows import window_means
from diffmine.model.fast.lanes import lanes
from diffmine.model.model import Model
from diffmine.model.pixels import to_tensor
from diffmine.model.precision import TRIED, load_checked
from diffmine.model.score import Item, Sampling, advance, label_recipes
from diffmine.model.tally import Tally

IMAGES, TRUTH, BEST = 40, 512, 200
DRAWS = (8, 16, 32, 64, 100, 128)
SCHEMES: tuple[Preset, ...] = ("common", "stratified", "independent", "paper")
ENOUGH = 0.99


@dataclass(frozen=True)
class Finding:
    """How good N draws of a scheme are; `error` is in units of typicality."""

    scheme: Preset
    draws: int
    correlation: float
    overlap: float
    ratio: float
    error: float


def study(atlas: Atlas, config: TypicalityConfig, progress: Progress = silent) -> list[Finding]:
    """Findings for every scheme and number of draws, on images spread over the atlas.

    Takes some 70,000 rows of the UNet. Raises UsageError when the atlas has no image.
    """
    table = atlas.table("images", ["image_id", "label"])
    if not table.num_rows:
        raise UsageError(f"{atlas.path} has no image to study.")
    rows = np.linspace(0, table.num_rows - 1, min(IMAGES, table.num_rows)).round().astype(int)
    chosen = table.take(np.unique(rows)).to_pylist()
    pictures = [(atlas.pictures.picture(row["image_id"]), row["label"]) for row in chosen[:TRIED]]
    model = load_checked(atlas.needed_model(), config.precision, pictures, config.batch)
    items = [_item(atlas, model, row["image_id"], row["label"]) for row in chosen]
    short = min(pictures[0][0].size)
    share = config.window if config.window < 1 else config.window / short
    total = (TRUTH + len(SCHEMES) * max(DRAWS)) * len(items) * 2
    done = 0

    def say(count: int) -> None:
        nonlocal done
        done += count
        progress("study", done, total, "rows")

    def windows(copies: list[Item], draws: int, sampling: Sampling) -> Float[np.ndarray, " n"]:
        with lanes(model.device, config.batch) as side:
            advance(model, copies, draws, sampling, config.batch, say, side)
        return np.concatenate([_windows(item.tally, share) for item in copies])

    other = Sampling(config.t_range, config.seed + 1)
    truth = windows(_fresh(items, other), TRUTH, other)
    findings = []
    for scheme in SCHEMES:
        sampling = Sampling(config.t_range, config.seed, scheme)
        copies = _fresh(items, sampling)
        for draws in DRAWS:
            findings.append(compare(scheme, draws, windows(copies, draws, sampling), truth))
    return findings


def _item(atlas: Atlas, model: Model, image_id: str, label: str) -> Item:
    prompts = model.trained_prompts()
    latent = model.encode(to_tensor(atlas.pictures.picture(image_id)))[0].cpu()  # c h w
    words = (prompts.of(None), prompts.of(label))
    return Item(image_id, latent, words, label_recipes(1), Tally.empty(1, *latent.shape[1:]))


def _fresh(items: list[Item], sampling: Sampling) -> list[Item]:
    return [replace(item, tally=sampling.tally(1, item.latent.shape)) for item in items]


def _windows(tally: Tally, share: float) -> Float[np.ndarray, " n"]:
    """Means of windows of a share of the short side, at every half side."""
    values = tally.mean[0].numpy()
    side = max(1, round(share * min(values.shape)))
    step = max(1, side // 2)
    return window_means(values, side)[::step, ::step].ravel()


def compare(
    scheme: Preset, draws: int, scores: Float[np.ndarray, " n"], truth: Float[np.ndarray, " n"]
) -> Finding:
    """One finding from the windows' scores and their truth."""
    count = max(1, min(BEST, len(truth) // 3))
    best, chosen = np.argsort(-truth)[:count], np.argsort(-scores)[:count]
    return Finding(
        scheme,
        draws,
        float(spearmanr(scores, truth).statistic),
        len(np.intersect1d(best, chosen)) / count,
        float(truth[chosen].mean() / truth[best].mean()),
        float(np.sqrt(np.mean((scores - truth) ** 2))),
    )


def advice(findings: list[Finding]) -> int:
    """The least number of common draws whose choice is as good as 99 % of the best, or the
    most that were tried."""
    own = [finding for finding in findings if finding.scheme == "common"]
    return next((finding.draws for finding in own if finding.ratio >= ENOUGH), own[-1].draws)
