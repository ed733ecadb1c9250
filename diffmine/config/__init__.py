"""One frozen dataclass per stage: every default, its unit and its place in the paper.

Each field is a command-line flag, a TOML key and an entry of the atlas's manifest. No other
default stands anywhere. The paper is Siglidis et al., ECCV 2024 (arXiv 2408.02752).
"""

from diffmine.config.build import BuildConfig
from diffmine.config.data import DataConfig, ModelConfig
from diffmine.config.finetune import LARGE_BASE, SMALL_BASE, ByBase, FinetuneConfig, is_large
from diffmine.config.judging import EvaluateConfig, SensitivityConfig
from diffmine.config.kinds import Count, Share, Timestep
from diffmine.config.mining import ClusterConfig, MineConfig
from diffmine.config.serving import ServeConfig
from diffmine.config.stored import (
    CHANGE_NO_RESULT,
    NEWER,
    PLAIN,
    Config,
    as_dict,
    as_key,
    name_of,
    restored,
    results,
)
from diffmine.config.translation import TranslateConfig, TrendsConfig
from diffmine.config.typicality import RACED, TypicalityConfig

__all__ = [
    "CHANGE_NO_RESULT",
    "LARGE_BASE",
    "NEWER",
    "PLAIN",
    "RACED",
    "SMALL_BASE",
    "BuildConfig",
    "ByBase",
    "ClusterConfig",
    "Config",
    "Count",
    "DataConfig",
    "EvaluateConfig",
    "FinetuneConfig",
    "MineConfig",
    "ModelConfig",
    "SensitivityConfig",
    "ServeConfig",
    "Share",
    "Timestep",
    "TranslateConfig",
    "TrendsConfig",
    "TypicalityConfig",
    "as_dict",
    "as_key",
    "is_large",
    "name_of",
    "restored",
    "results",
]
