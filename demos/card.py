"""The model card of an embedded demo, from the figures of its training and its test."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

TEXT = """\
# diffmine {name} (small)

{about}

| | |
|---|---|
| base | assets/models/base (autoencoder and UNet trained without labels) |
| pictures | {pictures} |
| prompts | `{prompt}`, null `{null}` in {share:.0%} of the rows |
| training | {steps} steps of {batch}, AdamW {rate:g} with a cosine, mean of weights {ema} |
| device, time | {device}{time} |
| loss | {first:.4f} over the first, {last:.4f} over the last tenth of the run |
{facts}

Held-out images by true label (rows) and the label of highest typicality (columns):

{table}

{limits} {licence}
"""


def write_card(
    model: Path,
    *,
    about: str,
    pictures: str,
    facts: dict[str, str],
    limits: str,
    licence: str = "The weights are under the MIT licence.",
) -> None:
    """Write README.md beside the model from training.json and held_out.json."""
    training = json.loads((model / "training.json").read_text())
    test = json.loads((model / "held_out.json").read_text())
    config = training["config"]
    losses = next(each for name, each in training.items() if name.startswith("loss_every_"))
    tenth = max(1, len(losses) // 10)
    text = TEXT.format(
        name=model.name,
        about=about,
        pictures=f"{training['images']:,} {pictures}, {len(training['labels'])} labels",
        prompt=config["prompt"],
        null=config["null_prompt"],
        share=config["null_share"],
        steps=_steps(training),
        batch=config["batch"],
        rate=config["learning_rate"],
        ema=config["ema"],
        device="two processor cores" if training["device"] == "cpu" else training["device"],
        time=f", {training['seconds'] / 60:.0f} minutes" if "seconds" in training else "",
        first=sum(losses[:tenth]) / tenth,
        last=sum(losses[-tenth:]) / tenth,
        facts="\n".join(f"| {name} | {fact} |" for name, fact in facts.items()),
        table=_table(test["labels"], test["table"]),
        limits=limits,
        licence=licence,
    )
    (model / "README.md").write_text(text, encoding="utf-8")


def first_of(test: dict[str, Any], what: str) -> str:
    """How often the true label of a held-out image came first."""
    chance = 1 / len(test["labels"])
    return (
        f"the true label comes first for {test['true_label_first']:.1%} of {test['images']} "
        f"{what} (chance {chance:.1%})"
    )


def _steps(training: dict[str, Any]) -> str:
    """How many steps were done, and of how many where a training ended before."""
    asked, ended = training["config"]["steps"], training.get("ended_at_step")
    return f"{ended:,} of {asked:,}" if ended else f"{asked:,}"


def _table(labels: Sequence[str], rows: list[list[int]]) -> str:
    head = f"| | {' | '.join(labels)} |\n|---|{'---|' * len(labels)}"
    body = [
        f"| **{label}** | {' | '.join(map(str, row))} |"
        for label, row in zip(labels, rows, strict=True)
    ]
    return "\n".join([head, *body])
