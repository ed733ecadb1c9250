"""Make the embedded demo of type: assets/models/type and assets/atlases/type.

python -m demos.type.make                     everything, from the fonts on
python -m demos.type.make --data DIR          with pictures that were drawn already
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from demos.card import first_of, write_card
from demos.embed import Demo, Made, make
from demos.held_out import held_out
from demos.type.sheets import patches_sheet
from demos.type.translated import translated

TYPE = Demo(
    name="type",
    description="Letters drawn by a recipe from open fonts in the style of nine eras: revivals "
    "and imitations of 1450 to 1985, not scans of historical prints.",
    licence="Pictures drawn from open fonts; credit and licence stand at each one.",
    limits=(
        "The labels are the eras whose style a font follows; nearly all of the fonts were drawn "
        "after 1990.",
        "The model is small and was trained for an hour on two processor cores.",
    ),
    # Found by eye on held-out letters: with more noise or guidance they change more and break.
    translation={
        "steps": 20,
        "top": 650,
        "guidance": 2.0,
        "against": "source",
        "features": 0.4,
        "attention": 0.4,
    },
)


def judge(made: Made) -> None:
    """Date and translate letters of fonts never seen; write the card and the sheets."""
    held = made.data / "test"
    figures = held_out(made.model, held, made.progress, draws=made.draws)
    sheet = made.docs / "type-translations.png"
    figures["translation"] = translated(made.model, held, sheet, progress=made.progress)
    (made.model / "held_out.json").write_text(json.dumps(figures, indent=1))
    _card(made.model, figures, made.data)
    patches_sheet(made.atlas, made.docs / "type-patches.png")


def _card(model: Path, test: dict[str, Any], data: Path) -> None:
    moved = test["translation"]
    by_target = ", ".join(f"{label} {share:.0%}" for label, share in moved["by_target"].items())
    near = test["true_or_neighbouring_label_first"]
    write_card(
        model,
        about="A latent diffusion model in the shape of Stable Diffusion, made small: it draws "
        "single letters\nand short words in the style of nine eras of European type. It exists to "
        "show how diffmine works\non a laptop; it is no source on the history of type.",
        pictures=f"drawn from {len(_fonts(data / 'train'))} open fonts, 64 x 64 pixels",
        facts={
            "held-out fonts": f"{first_of(test, 'letters')} of {len(_fonts(data / 'test'))} fonts "
            f"never seen; it or a neighbouring era for {near:.1%}",
            "translation": f"{moved['letters']} letters of fonts never seen, from {moved['from']}: "
            f"more typical of the target than before for {moved['more_typical_of_target']:.0%} "
            f"({by_target})",
        },
        limits="The pictures are revivals and imitations, drawn from fonts nearly all of which are "
        "younger than\n1990. The seed, the fonts and every setting stand in demos/type. Fonts keep "
        "their own licences;\ncredits stand at each picture of the atlas.",
    )


def _fonts(folder: Path) -> set[str]:
    with (folder / "metadata.csv").open(newline="", encoding="utf-8") as file:
        return {row["font"] for row in csv.DictReader(file)}


if __name__ == "__main__":
    make(TYPE, judge)
