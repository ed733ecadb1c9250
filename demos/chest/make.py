"""Make the embedded demo of drawn chest films: assets/models/chest and assets/atlases/chest.

python -m demos.chest.make                    everything, from the drawings on
python -m demos.chest.make --data DIR         with films that were drawn already
"""

from __future__ import annotations

from demos.embed import Demo, Facts, judged, make

CHEST = Demo(
    name="chest",
    description="Frontal chest films drawn by a recipe, with seven findings whose places are "
    "known: a synthetic phantom, not radiographs of people.",
    licence="CC0-1.0; drawn by demos/chest of diffmine.",
    limits=(
        "Every film is a drawing: nothing here says anything about patients, and it is not for "
        "clinical use.",
        "A letter was burned into most films with a pneumothorax on purpose: a confound that the "
        "warnings should name.",
        "The model is small and was trained for minutes on one GPU.",
    ),
    translation={
        "steps": 20,
        "top": 750,
        "guidance": 3.0,
        "against": "source",
        "features": 0.4,
        "attention": 0.4,
    },
)
FACTS = Facts(
    about="A latent diffusion model in the shape of Stable Diffusion, made small: it draws chest "
    "films with seven\nfindings, as demos/chest draws them. It exists to show how diffmine works "
    "on a laptop and to be judged\nby known answers. Not for clinical use.",
    pictures="drawn by demos/chest, 80 x 80 pixels",
    what="drawn films",
    limits="The seed, the drawings and every setting stand in demos/chest.",
    against="No Finding",
)


if __name__ == "__main__":
    make(CHEST, judged(FACTS))
