"""Make the embedded demo of type: assets/models/type and assets/atlases/type.

    python -m demos.type.make                     everything, from the fonts on
    python -m demos.type.make --data DIR          with pictures that were drawn already

Each step goes on where it stopped; working files stand in build/type.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

from demos.type.card import write_card
from demos.type.held_out import held_out, translated
from demos.type.sheets import patches_sheet
from diffmine.build import build, train_model
from diffmine.config import BuildConfig
from diffmine.diffusion.prompts import read_prompts
from diffmine.progress import shown
from diffmine.store.atlas import open_atlas
from diffmine.store.slim import slim

HERE = Path(__file__).parent
ASSETS = HERE.parents[1] / "assets"
DOCS = HERE.parents[1] / "docs"
# Found by eye on held-out letters: with more noise or guidance they change more and break.
TRANSLATION = {"steps": 20, "top": 650, "guidance": 4.0, "features": 0.4, "attention": 0.4}
DESCRIPTION = (
    "Letters drawn by a recipe from open fonts in the style of nine eras: revivals and "
    "imitations of 1450 to 1985, not scans of historical prints."
)
LIMITS = (
    "The labels are the eras whose style a font follows; nearly all of the fonts were drawn "
    "after 1990.",
    "The model is small and was trained for an hour on two processor cores.",
)


def main() -> None:
    """Fonts, pictures, base, model, atlas; what is there already is kept."""
    options = _options()
    work = Path(options.work)
    data = Path(options.data) if options.data else work / "pictures"
    if not (data / "atlas").is_dir():
        _module("demos.type.recipe", "--out", str(data))
    base = ASSETS / "models" / "base"
    if not base.is_dir():
        _module("demos.base.make", "--pictures", str(data / "train"), "--out", str(base))
    config = read_config()
    model = ASSETS / "models" / "type"
    with shown() as progress:
        if not model.is_dir():
            everything = replace(config.data, limit=0)
            tuned = replace(config.finetune, base=str(base))
            train_model(data / "train", model, everything, tuned, progress)
        _note_translation(model)
        build(data / "atlas", work / "atlas", config, model=str(model), progress=progress)
        figures = held_out(model, data / "test", progress)
        sheet = DOCS / "type-translations.png"
        figures["translation"] = translated(model, data / "test", sheet, progress=progress)
    (model / "held_out.json").write_text(json.dumps(figures, indent=1))
    write_card(model, data)
    _embed(work / "atlas", ASSETS / "atlases" / "type")


def _note_translation(model: Path) -> None:
    """Keep the settings of translation that were found good beside the model."""
    prompts = read_prompts(model)
    assert prompts is not None
    noted = replace(prompts, translation=TRANSLATION)
    (model / "diffmine.json").write_text(noted.to_json(), encoding="utf-8")


def read_config() -> BuildConfig:
    """The configuration beside this file."""
    return BuildConfig(**tomllib.loads((HERE / "build.toml").read_text()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="pictures made by demos.type.recipe")
    parser.add_argument("--work", default="build/type", help="folder of the working files")
    return parser.parse_args()


def _module(name: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", name, *arguments], check=True)


def _embed(source: Path, target: Path) -> None:
    """Copy the atlas without the maps that only trends needed, and say what it is."""
    shutil.rmtree(target, ignore_errors=True)
    slim(open_atlas(source), target)
    atlas = open_atlas(target)
    patches_sheet(atlas, DOCS / "type-patches.png")
    with atlas.hold():
        manifest = atlas.manifest
        manifest.description = DESCRIPTION
        manifest.limits = [*LIMITS, *manifest.limits]
        manifest.model["path"] = "../../models/type"
        manifest.licence = "Pictures drawn from open fonts; credit and licence stand at each one."
        manifest.source = "demos/type of diffmine"
        atlas.save()


if __name__ == "__main__":
    main()
