"""Translations of held-out pictures, by the settings that suit the model, and whether they rose."""

from __future__ import annotations

from PIL import Image

from diffmine.atlas.records import Translation
from diffmine.config import TranslateConfig, TypicalityConfig
from diffmine.live.translate import last, stream
from diffmine.maths.score import Scoring
from diffmine.model.model import Model


def translations(
    model: Model,
    picture: Image.Image,
    window: tuple[int, int, int],
    targets: list[str],
    config: TranslateConfig,
    image_id: str,
    source: str,
) -> list[Translation]:
    """A picture of the label `source` under each target, scored in `window` (row, col, size, in
    pixels) as an atlas of the default configuration scores; `image_id` seeds what is random."""
    how = Scoring.of(TypicalityConfig(), config.draws)
    return last(stream(model, picture, window, targets, config, how, image_id, source)).translations


def rose(translation: Translation) -> bool:
    """Whether a translation is more typical of its target than the picture was before."""
    assert translation.before is not None
    assert translation.after is not None
    return translation.after.typicality > translation.before.typicality
