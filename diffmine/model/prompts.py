"""The prompts a model was trained with: they live beside it and serve every stage."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from diffmine.errors import ModelError

NAME = "diffmine.json"
FORMAT = 1


@dataclass(frozen=True)
class Prompts:
    """What stands in diffmine.json beside a model's model_index.json.

    `image_size` is (height, width) in pixels of the training crops, `t_range` the timesteps of
    1,000 from which scoring draws by default, `translation` the settings of translation that were
    found good for this model (fields of TranslateConfig).
    """

    prompt: str
    null_prompt: str
    labels: tuple[str, ...] = ()
    image_size: tuple[int, int] = (512, 512)
    t_range: tuple[int, int] = (100, 700)
    translation: dict[str, Any] = field(default_factory=dict)

    def of(self, label: str | None) -> str:
        """The prompt of a label; None: the null prompt."""
        return self.null_prompt if label is None else self.prompt.replace("{label}", label)

    def check(self) -> Prompts:
        """Itself, or ModelError when the template has no place for the label."""
        if "{label}" not in self.prompt:
            raise ModelError(f"The prompt {self.prompt!r} has no {{label}} where the label goes.")
        return self

    def to_json(self) -> str:
        """The text of diffmine.json."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1, ensure_ascii=False)


def read_prompts(folder: Path) -> Prompts | None:
    """The prompts beside a model; None when it has no diffmine.json."""
    path = folder / NAME
    if not path.is_file():
        return None
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        if fields.pop("format") != FORMAT:
            raise ModelError(f"{path} is of a format that this diffmine does not read.")
        for name in ("labels", "image_size", "t_range"):
            fields[name] = tuple(fields[name])
        return Prompts(**fields).check()
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ModelError(f"{path} cannot be read: {error}.") from error
