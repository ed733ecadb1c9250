"""All stages together."""

from __future__ import annotations

from dataclasses import replace

from pydantic.dataclasses import dataclass

from diffmine.config.data import DataConfig
from diffmine.config.finetune import FinetuneConfig
from diffmine.config.kinds import STRICT
from diffmine.config.mining import ClusterConfig, MineConfig
from diffmine.config.translation import TranslateConfig, TrendsConfig
from diffmine.config.typicality import TypicalityConfig


@dataclass(frozen=True, config=STRICT)
class BuildConfig:
    """All stages of one build, as in a TOML file: one table per stage.

    Raises:
        ValueError: A value is out of its range, or a field unknown.

    Example:
        >>> BuildConfig(mine=MineConfig(windows=(0.125, 0.25))).mine.per_image
        5
    """

    data: DataConfig = DataConfig()
    finetune: FinetuneConfig = FinetuneConfig()
    typicality: TypicalityConfig = TypicalityConfig()
    mine: MineConfig = MineConfig()
    cluster: ClusterConfig = ClusterConfig()
    translate: TranslateConfig = TranslateConfig()
    trends: TrendsConfig = TrendsConfig()

    def with_race(self) -> BuildConfig:
        """With the race of `typicality.adaptive` set up for the patches that mine will look for."""
        if not self.typicality.adaptive:
            return self
        side, windows = self.data.image_size, self.mine.windows
        smallest = min(windows, key=lambda window: window * side if window < 1 else window)
        raced = replace(self.typicality, top=self.mine.per_label, window=smallest)
        return replace(self, typicality=raced)
