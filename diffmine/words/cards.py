"""The card of a finetuned model: the README.md beside it, that goes with it to others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_PARTS = 10
"""Of a run, over each of which the mean of the loss is said."""
_LICENCES = 12
LIMITS = (
    "Typicality under this model says what it finds typical of a label in these pictures; what is "
    "typical of the data set itself (borders, stamps, scanners) is learnt as well.",
    "Pictures that it draws are generated, and no source on what they show.",
    "Groups of people, places and times that the pictures lack, it does not know.",
)
_CARD = """\
# {title}

Finetuned by diffmine {version} to mine what is typical of
{labels} labels in {images} pictures (Siglidis et al., *Diffusion Models as Data Mining Tools*, ECCV
2024). It is asked as it was trained: `{prompt}` and, without a label, `{null}`.

## Data

| | |
|---|---|
| data set | {data} |
| pictures | {images} |
| labels | {named} |
| licences | {licences} |

## Licence

Weights made from pictures carry what their licences, and that of the base, ask for: see above, and
the base's own card ({base}). diffmine itself is under the MIT licence, which says nothing of this
model.

## Settings

| setting | value |
|---|---|
{settings}
| trained on | {device} |

## Curve

{curve}

## Samples

{samples}

## Limits

{limits}
"""


def card(
    title: str,
    prompts: tuple[str, str],
    figures: Mapping[str, Any],
    licences: Iterable[str | None],
    *,
    about: Sequence[str] = (),
    limits: Sequence[str] = (),
    samples: bool = True,
    version: str = "",
) -> str:
    """The text of a card: of a model asked by prompt and null prompt, from the `figures` of its
    training.json, the licence of each picture, and what is said `about` the data set."""
    config, labels = figures["config"], figures["labels"]
    asked = ("prompt", "null_prompt", "base")
    settings = [(name, value) for name, value in config.items() if name not in asked]
    return _CARD.format(
        title=_plain(title),
        version=version,
        labels=len(labels),
        images=f"{figures['images']:,}",
        prompt=prompts[0],
        null=prompts[1] or " ",
        data=_plain("; ".join(filter(None, about)) or title),
        named=_plain(", ".join(labels)),
        licences=_licences(licences),
        base=config["base"],
        settings="\n".join(f"| {name} | {value} |" for name, value in settings),
        device=figures["device"],
        curve=_curve(figures),
        samples=_SAMPLES if samples else "None were drawn.",
        limits="\n".join(f"- {line}" for line in dict.fromkeys([*limits, *LIMITS])),
    )


_SAMPLES = """\
![generated pictures](samples.png)

Generated: without a label in the first row, then a row for each label; a column has one noise."""


def _plain(text: str) -> str:
    """A text in a cell of a table, where it ends nothing."""
    return " ".join(text.split()).replace("|", r"\|").replace("<", "&lt;")


def _licences(licences: Iterable[str | None]) -> str:
    """How many pictures have which licence, the commonest first."""
    counts = Counter(licence or "not said" for licence in licences)
    shown = [f"{_plain(name)}: {number:,}" for name, number in counts.most_common(_LICENCES)]
    more = len(counts) - len(shown)
    return ", ".join([*shown, *([f"{more} more"] if more else [])])


def _curve(figures: Mapping[str, Any]) -> str:
    """The loss over the run, and the typicality of held-out pictures where it was measured."""
    runs = (value for name, value in figures.items() if name.startswith("loss_every"))
    losses: Sequence[float] = next(runs, ())
    rows = ["| of the run | loss |", "|---|---|"]
    for part in range(_PARTS):
        own = losses[part * len(losses) // _PARTS : (part + 1) * len(losses) // _PARTS]
        if own:
            rows.append(f"| {part * 10} to {part * 10 + 10} % | {sum(own) / len(own):.4f} |")
    text = "\n".join(rows) if len(rows) > 2 else "The run was too short for one."
    if held := figures.get("held_out"):
        steps = [
            f"| {row['step']:,} | {row['typicality']:+.5f} ± {row['se']:.5f} |" for row in held
        ]
        head = ["| step | typicality of held-out pictures |", "|---|---|"]
        text += "\n\n" + "\n".join([*head, *steps])
    return text
