"""The model card of assets/models/type, from the figures of its training."""

from __future__ import annotations

import csv
import json
from pathlib import Path

TEXT = """\
# diffmine type (small)

A latent diffusion model in the shape of Stable Diffusion, made small: it draws single letters
and short words in the style of nine eras of European type. It exists to show how diffmine works
on a laptop; it is no source on the history of type.

| | |
|---|---|
| base | assets/models/base (autoencoder and UNet trained without labels) |
| pictures | {images} drawn from {fonts} open fonts, 64 x 64 pixels, {labels} eras |
| prompts | `{prompt}`, null `{null}` in {share:.0%} of the rows |
| training | {steps} steps of {batch}, AdamW {rate:g} with a cosine, mean of weights {ema} |
| device, time | {device}, {minutes:.0f} minutes |
| loss | {first:.4f} over the first, {last:.4f} over the last tenth of the run |
| held-out fonts | the true era comes first for {accuracy:.1%} of {tested} letters of {held} fonts \
never seen (chance {chance:.1%}); it or a neighbouring era for {near:.1%} |
| translation | {letters} letters of fonts never seen, from {source}: more typical \
of the target than before for {rose:.0%} ({by}) |

Held-out letters by true era (rows) and the era of highest typicality (columns):

{table}

The pictures are revivals and imitations, drawn from fonts nearly all of which are younger than
1990. The seed, the fonts and every setting stand in demos/type. Fonts keep their own licences;
credits stand at each picture of the atlas. The weights are under the MIT licence.
"""


def write_card(model: Path, data: Path) -> None:
    """Write README.md beside the model from training.json and held_out.json."""
    training = json.loads((model / "training.json").read_text())
    test = json.loads((model / "held_out.json").read_text())
    moved = test["translation"]
    config, losses = training["config"], training["loss_every_20_steps"]
    tenth = max(1, len(losses) // 10)
    text = TEXT.format(
        images=f"{training['images']:,}",
        fonts=len(_fonts(data / "train")),
        labels=len(training["labels"]),
        prompt=config["prompt"],
        null=config["null_prompt"],
        share=config["null_share"],
        steps=f"{config['steps']:,}",
        batch=config["batch"],
        rate=config["learning_rate"],
        ema=config["ema"],
        device="two processor cores" if training["device"] == "cpu" else training["device"],
        minutes=training["seconds"] / 60,
        first=sum(losses[:tenth]) / tenth,
        last=sum(losses[-tenth:]) / tenth,
        accuracy=test["true_label_first"],
        near=test["true_or_neighbouring_label_first"],
        tested=test["images"],
        held=len(_fonts(data / "test")),
        letters=moved["letters"],
        source=moved["from"],
        rose=moved["more_typical_of_target"],
        by=", ".join(f"{label} {share:.0%}" for label, share in moved["by_target"].items()),
        chance=1 / len(training["labels"]),
        table=_table(test["labels"], test["table"]),
    )
    (model / "README.md").write_text(text, encoding="utf-8")


def _fonts(folder: Path) -> set[str]:
    with (folder / "metadata.csv").open(newline="", encoding="utf-8") as file:
        return {row["font"] for row in csv.DictReader(file)}


def _table(labels: list[str], rows: list[list[int]]) -> str:
    head = f"| | {' | '.join(labels)} |\n|---|{'---|' * len(labels)}"
    body = [
        f"| **{label}** | {' | '.join(map(str, row))} |"
        for label, row in zip(labels, rows, strict=True)
    ]
    return "\n".join([head, *body])
