"""The prompts a model was trained with: they live with it and serve every stage.

They stand in diffmine.json beside the model or, of a model that diffmine did not train and whose
folder is not ours, beside the atlas; that one also says where the weights are.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from diffmine.config import ModelConfig, as_dict, restored
from diffmine.errors import ModelError
from diffmine.model.spelling import SPELLING, spelled

NAME = "diffmine.json"
FORMAT = 1
WEIGHTS = "weights"


@dataclass(frozen=True)
class Prompts:
    """What stands in diffmine.json beside a model's model_index.json.

    `image_size` is (height, width) in pixels of the training crops, `t_range` the timesteps of
    1,000 from which scoring draws by default, `translation` the settings of translation that were
    found good for this model (fields of TranslateConfig), `spelling` the rules by which a label is
    written in the prompt (diffmine/model/spelling.py).
    """

    prompt: str
    null_prompt: str
    labels: tuple[str, ...] = ()
    image_size: tuple[int, int] = (512, 512)
    t_range: tuple[int, int] = (100, 700)
    translation: dict[str, Any] = field(default_factory=dict)
    spelling: tuple[str, ...] = ()

    def of(self, label: str | None) -> str:
        """The prompt of a label; None: the null prompt."""
        if label is None:
            return self.null_prompt
        return self.prompt.replace("{label}", spelled(label, self.spelling))

    def check(self) -> Prompts:
        """Itself, or ModelError when the template has no place for the label, or a rule of spelling
        is unknown."""
        if "{label}" not in self.prompt:
            raise ModelError(f"The prompt {self.prompt!r} has no {{label}} where the label goes.")
        unknown = [rule for rule in self.spelling if rule not in SPELLING]
        if unknown:
            raise ModelError(
                f"Prompts know no spelling {unknown[0]!r}, only {', '.join(SPELLING)}."
            )
        return self

    def to_json(self, weights: ModelConfig | None = None) -> str:
        """The text of diffmine.json; with `weights` of one that stands beside an atlas."""
        fields = {"format": FORMAT, **asdict(self)}
        if not self.spelling:  # an older diffmine does not know the field
            del fields["spelling"]
        if weights is not None:
            fields[WEIGHTS] = as_dict(weights)
        return json.dumps(fields, indent=1, ensure_ascii=False)


def read_prompts(place: Path) -> Prompts | None:
    """The prompts in the folder of a model, or in a diffmine.json; None when there is no such file.
    Raises ModelError for one that cannot be read."""
    fields = _fields(place)
    if fields is None:
        return None
    path = _file(place)
    try:
        if fields.pop("format") != FORMAT:
            raise ModelError(f"{path} is of a format that this diffmine does not read.")
        fields.pop(WEIGHTS, None)
        for name in ("labels", "image_size", "t_range", "spelling"):
            if name in fields or name != "spelling":
                fields[name] = tuple(fields[name])
        return Prompts(**fields).check()
    except (TypeError, KeyError) as error:
        raise ModelError(f"{path} cannot be read: {error}.") from error


def read_weights(path: Path) -> ModelConfig | None:
    """Where a diffmine.json beside an atlas says that the weights are; None where it does not."""
    fields = (_fields(path) or {}).get(WEIGHTS)
    return restored(ModelConfig, fields) if isinstance(fields, dict) else None


def _file(place: Path) -> Path:
    return place if place.name == NAME else place / NAME


def _fields(place: Path) -> dict[str, Any] | None:
    path = _file(place)
    if not path.is_file():
        return None
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise ModelError(f"{path} cannot be read: {error}.") from error
