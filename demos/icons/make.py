"""Make the embedded demo of icons: assets/models/icons and assets/atlases/icons.

python -m demos.icons.make                     everything, from the packages on
python -m demos.icons.make --data DIR          with pictures that were painted already
"""

from __future__ import annotations

import json
from typing import Any

from demos.card import first_of, write_card
from demos.embed import Demo, Made, make
from demos.held_out import DRAWS, held_out
from demos.icons.followed import followed
from demos.icons.nuisance import accuracy
from demos.icons.sheets import eras_sheet
from demos.icons.themes import CACHE, ERAS, fetch
from demos.icons.translated import translated
from demos.type.sheets import patches_sheet

ICONS = Demo(
    name="icons",
    description="Desktop icons as Debian ships them, from the 1990s to 2020: the same few hundred "
    "subjects, drawn anew in every period by the designers of its icon themes.",
    licence="Public domain, LGPL, CC BY-SA 3.0 or 4.0; credit and licence stand at each picture.",
    limits=(
        "An era is one to three icon themes, so part of what is typical of it is the hand of their "
        "designers.",
        "The years are those that the themes' own files name first; single icons may be younger.",
        "Icons of the 1990s show other subjects in part: few of their names were agreed on.",
        "The model is small and was trained for forty minutes on one processor core.",
    ),
    translation={
        "steps": 20,
        "top": 750,
        "guidance": 2.0,
        "against": "source",
        "features": 0.4,
        "attention": 0.4,
    },
)
TESTED = 24
"""Held-out pictures of each era under every era."""
MOVED = 24
"""Held-out icons that are translated; fewer in a trial."""


def judge(made: Made) -> None:
    """Date and translate icons of themes never seen, ask what size and ground alone tell, compare
    what was mined with facts measured without the model; write the card and the sheets."""
    held, docs = made.data / "test", made.docs
    figures = held_out(made.model, held, made.progress, per_label=TESTED, draws=made.draws)
    figures["size_margins_ground"] = round(accuracy(made.data), 4)
    figures["translation"] = translated(
        made.model,
        made.data,
        docs / "icons-translations.jpg",
        icons=MOVED * made.draws // DRAWS,
        progress=made.progress,
    )
    figures["followed"] = followed(made.atlas, made.data / "atlas" / "trends.csv")
    (made.model / "held_out.json").write_text(json.dumps(figures, indent=1))
    _card(made, figures)
    patches_sheet(made.atlas, docs / "icons-patches.jpg", ERAS)
    eras_sheet(fetch(CACHE), docs / "icons-eras.jpg")


def _card(made: Made, test: dict[str, Any]) -> None:
    moved = test["translation"]
    near = test["true_or_neighbouring_label_first"]
    write_card(
        made.model,
        about="A latent diffusion model in the shape of Stable Diffusion, made small: it draws "
        "desktop icons\nin the style of five eras. It exists to show how diffmine works on a "
        "laptop.",
        pictures="painted from nine icon themes, 64 x 64 pixels",
        facts={
            "held-out themes": f"{first_of(test, 'icons')} of seven themes never seen; it or a "
            f"neighbouring era for {near:.1%}",
            "size, margins, ground": "a forest that sees these alone names the era of held-out "
            f"icons for {test['size_margins_ground']:.1%}",
            "translation": f"{moved['translations']} translations of {moved['icons']} held-out "
            "icons, nearer to the icon that designers of the target era drew than the source was: "
            f"in edges {moved['edges']:.0%}, in colours {moved['colours']:.0%}, in the model's "
            f"features {moved['dift']:.0%}; named as the target era by another classifier "
            f"{moved['found']:.0%} (before {moved['found_before']:.0%}, the real icons "
            f"{moved['found_of_real']:.0%}); subject among the five nearest "
            f"{moved['subject']:.0%}",
            "facts": "rank correlation of what top patches hold with what whole icons hold, over "
            "the eras: "
            + ", ".join(f"{fact} {told['rank']:.2f}" for fact, told in test["followed"].items()),
        },
        limits="The themes, their packages, years and licences stand in demos/icons/themes.csv, "
        "every icon in icons.csv.\nCredits stand at each picture of the atlas.",
        licence="As some of those\nare under CC BY-SA, the weights are under CC BY-SA 4.0.",
    )


if __name__ == "__main__":
    make(ICONS, judge)
