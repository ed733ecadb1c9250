"""Make the embedded demo of drawn cars: assets/models/cars and assets/atlases/cars.

python -m demos.cars.make                     everything, from the drawings on
python -m demos.cars.make --data DIR          with pictures that were drawn already
"""

from __future__ import annotations

from demos.embed import Demo, Facts, judged, make

CARS = Demo(
    name="cars",
    description="Cars drawn by a recipe decade by decade: synthetic pictures whose typical "
    "elements are known, a caricature of what textbooks say, not photographs.",
    licence="CC0-1.0; drawn by demos/cars of diffmine.",
    limits=(
        "Every picture is a drawing; what is typical of a decade here was put there by the recipe.",
        "The model is small and was trained for minutes on one GPU.",
        "Colours are not always kept: green often comes back blue.",
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
FACTS = Facts(
    about="A latent diffusion model in the shape of Stable Diffusion, made small: it draws cars "
    "in the style of\neight decades, as demos/cars draws them. It exists to show how diffmine "
    "works on a laptop and to be\njudged by known answers; it is no source on the history of "
    "cars.",
    pictures="drawn by demos/cars, 80 x 64 pixels",
    what="drawn cars",
    limits="The seed, the drawings and every setting stand in demos/cars.",
)


if __name__ == "__main__":
    make(CARS, judged(FACTS, base_images=50))
