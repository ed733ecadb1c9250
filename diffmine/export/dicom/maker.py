"""What made a result."""

from __future__ import annotations

from dataclasses import dataclass

from diffmine.atlas.reader import Atlas
from diffmine.export.dicom import texts

MAKER = "diffmine"


@dataclass(frozen=True)
class Maker:
    """The model that scored, and how."""

    model: str
    digest: str
    title: str
    draws: int
    t_range: tuple[int, int]

    @classmethod
    def of(cls, atlas: Atlas, title: str) -> Maker:
        """Of an atlas."""
        how = atlas.scoring()
        model = atlas.manifest.model
        name = str(model.get("repo") or "") or atlas.manifest.model_name or "not named"
        return cls(name, str(model.get("sha256", "")), title, how.draws, how.t_range)

    @property
    def parameters(self) -> dict[str, str]:
        """By which the numbers can be had again."""
        return {
            "model": self.model,
            "model SHA-256": self.digest or "not known",
            "data set": self.title,
            "draws": str(self.draws),
            "timesteps of 1,000": "{} to {}".format(*self.t_range),
            "notice": texts.NOTICE,
        }
