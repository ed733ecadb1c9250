"""Maps of findings beside each other, and beside what has never seen the film (docs/xray.md).

    python -m benchmarks.candidates ATLAS [--model MODEL] [--rename "Lung Opacity=Pneumonia"]
        [--against "No Finding"] [--per-label 12] [--draws 32] [--keep maps.npz]

ATLAS holds films with boxes, collected or built (the drawn ones: assets/atlases/chest); MODEL,
where it has none, must never have seen their patients. --keep is written after each film: a run
that was stopped goes on, and one that asks for more films adds to it. Every map is judged on the
same films: average precision over pixels and pointing game, means over labels with 95 % intervals
(patients resampled), and how far each is ahead of the priors, film by film.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from scipy.ndimage import gaussian_filter

from diffmine.atlas.reader import Atlas, open_atlas
from diffmine.config import EvaluateConfig, TranslateConfig, TypicalityConfig
from diffmine.maths.bootstrap import Bootstrap, interval
from diffmine.maths.score import Scoring
from diffmine.model import candidates
from diffmine.model.draws import Draws, noise_of
from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.pixels import to_tensor
from diffmine.model.score import drawn, single_values
from diffmine.stages.evaluate.cases import Case, truth_of
from diffmine.stages.evaluate.localise import Localisation
from diffmine.stages.evaluate.priors import BoxPrior, centre_prior, coverage, in_pixels

Maps = dict[str, Float[np.ndarray, "h w"]]
FEW, NOISES, SHORT = 10, 2, 8
"""Films of the small prior; noises of `guided`; draws of `derivative` and `attention`."""
BLUR = 1.0
"""Latent pixels; fixed before the real films were looked at (by the drawn ones)."""
CENTRE, BOXES, TEN = "centre prior", "box prior", "ten-box prior"


def main() -> None:
    """Compute the maps, or read them again, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("atlas", type=Path)
    parser.add_argument("--model", default="")
    parser.add_argument("--rename", action="append", default=[])
    parser.add_argument("--against", default="No Finding")
    parser.add_argument("--per-label", type=int, default=12, help="films that are judged")
    parser.add_argument("--draws", type=int, default=32)
    parser.add_argument("--steps", type=int, default=0, help="of the translation; 0: the app's")
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    atlas = open_atlas(options.atlas)
    config = EvaluateConfig(rename=tuple(options.rename), against="")
    every = [case for case in truth_of(atlas, config).cases if case.label != options.against]
    cases = _first(every, options.per_label)
    kept = dict(np.load(options.keep)) if options.keep and options.keep.exists() else {}
    missing = [case for case in cases if f"{_key(case)}/typicality" not in kept]
    if missing:
        model = load_model(options.model or atlas.needed_model())
        for number, case in enumerate(missing, start=1):
            kept |= {f"{_key(case)}/{n}": m for n, m in _maps(atlas, model, case, options).items()}
            if options.keep:
                np.savez(options.keep, **kept)
            print(f"\r{number} of {len(missing)} films", end="", flush=True)
        print()
    report(cases, every, kept)


def _key(case: Case) -> str:
    """By what the maps of a film under a label are known."""
    return f"{case.label}/{case.image_id}"


def _first(cases: list[Case], per_label: int) -> list[Case]:
    """The first films of each label."""
    labels = dict.fromkeys(case.label for case in cases)
    return [case for label in labels
            for case in [case for case in cases if case.label == label][:per_label]]  # fmt: skip


def _maps(atlas: Atlas, model: Model, case: Case, options: argparse.Namespace) -> Maps:
    """All maps of a film, (h, w) in latent pixels."""
    picture = atlas.pictures.picture(case.image_id)
    latent = model.encode(to_tensor(picture))[0]
    how = Scoring.of(TypicalityConfig(), options.draws)
    draws = drawn(how, case.image_id, latent)
    short = Draws(draws.noise[:SHORT], draws.t[:SHORT], draws.preset)
    prompts = model.trained_prompts()
    words = [prompts.of(None), prompts.of(case.label), prompts.of(options.against)]
    own, other = single_values(model, latent, draws, words, 64).mean(1).cpu().numpy()
    shape = tuple(latent.shape)
    noise = torch.stack([torch.from_numpy(noise_of(f"guided/{case.image_id}/{k}", shape))
                         for k in range(NOISES)])  # fmt: skip
    steps = TranslateConfig(steps=options.steps) if options.steps else TranslateConfig()
    others = {
        "derivative": candidates.derivative(model, latent, case.label, short),
        "guided": candidates.guided(model, latent, case.label, noise),
        "counterfactual": candidates.counterfactual(
            model, picture, case.label, options.against, steps
        ),
        "attention": candidates.attention(model, latent, case.label, short),
    }
    return {
        "typicality": own,
        "contrast": own - other,
        **{name: map.numpy() for name, map in others.items()},
    }


def report(cases: list[Case], every: list[Case], kept: Mapping[str, np.ndarray]) -> None:
    """Judge every map on `cases`, beside priors made of the boxes of other patients, and print
    tables."""
    labels = list(dict.fromkeys(case.label for case in cases))
    few = _few(cases, every)
    priors = {label: BoxPrior.of([c for c in every if c.label == label]) for label in labels}
    localisation = Localisation()
    for case in cases:
        for name, map in _variants(case, kept, priors[case.label], few[case.label]):
            localisation.add(name, case, map)
    rows = localisation.rows(labels, 2000, 0)
    others = {label: len(own) for label, own in few.items()}
    print(f"{len(cases)} films with boxes; others made the small prior: {others}")
    print("| map | label | n | AP | pointing |\n|---|---|---|---|---|")
    for row in rows:
        figures = [f"{row[m]:.3f} ({row[f'{m}_low']:.3f} to {row[f'{m}_high']:.3f})"
                   for m in ("ap", "pointing")]  # fmt: skip
        print(f"| {row['score']} | {row['label'] or 'mean'} | {row['n']} | {' | '.join(figures)} |")
    print(f"prevalence {rows[0]['prevalence']:.3f}\n\n| map | ahead of {CENTRE} | ahead of {TEN} |")
    print("|---|---|---|")
    for name in dict.fromkeys(row["score"] for row in rows):
        ahead = [_ahead(localisation, name, prior, labels) for prior in (CENTRE, TEN)]
        print(f"| {name} | {' | '.join(ahead)} |")


def _few(cases: list[Case], every: list[Case]) -> dict[str, list[Case]]:
    """Ten films of each label, at most, of ten patients none of whose films is judged."""
    chance, judged = np.random.default_rng(0), {case.group for case in cases}
    few: dict[str, list[Case]] = {}
    for label in dict.fromkeys(case.label for case in cases):
        one = {c.group: c for c in every if c.label == label and c.group not in judged}
        few[label] = [one[int(group)] for group in chance.permutation(sorted(one))[:FEW]]
    return few


def _variants(
    case: Case, kept: Mapping[str, np.ndarray], boxes: BoxPrior, few: list[Case]
) -> Iterator[tuple[str, Float[np.ndarray, "H W"]]]:
    size = (case.height, case.width)
    centre = centre_prior(*size)
    mean = np.mean([coverage(other) for other in few], axis=0) if few else np.zeros((64, 64))
    odds = np.log((mean + 0.01) / (1.01 - mean))
    ten = in_pixels(odds, *size)
    yield CENTRE, centre
    yield BOXES, boxes.without(case)
    yield TEN, ten
    own = {key.rpartition("/")[2]: map for key, map in kept.items()
           if key.rpartition("/")[0] == _key(case)}  # fmt: skip
    for name, map in own.items():
        plain = map.astype(np.float64)
        smooth = in_pixels(gaussian_filter(plain, BLUR, mode="nearest"), *size)
        yield name, in_pixels(plain, *size)
        yield f"{name}, blurred", smooth
        yield f"{name}, blurred and centre", _standard(smooth) + _standard(centre)
        yield f"{name}, blurred and ten boxes", _standard(smooth) + 0.5 * ten


def _standard(map: Float[np.ndarray, "h w"]) -> Float[np.ndarray, "h w"]:
    return (map - map.mean()) / (map.std() or 1.0)


def _ahead(localisation: Localisation, name: str, prior: str, labels: list[str]) -> str:
    """Mean over labels of the difference of average precision, film by film."""
    every = [group for entry in localisation.judged.values() for group in entry.groups]
    bootstrap = Bootstrap(np.array(every, np.int64), 2000, 0)
    means, resampled = [], []
    for label in labels:
        own, other = (localisation.judged[which, label] for which in (name, prior))
        values = np.array(own.values["ap"]) - np.array(other.values["ap"])
        means.append(values.mean())
        resampled.append(bootstrap.means(values, np.array(own.groups, np.int64)))
    low, high = interval(np.nanmean(resampled, axis=0))
    return f"{np.mean(means):+.3f} ({low:+.3f} to {high:+.3f})"


if __name__ == "__main__":
    main()
