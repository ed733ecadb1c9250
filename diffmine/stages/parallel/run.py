"""The parallel set: mined images under every label, and what changes from label to label (5.1).

Co-typical windows of all of them are grouped into elements of change; what the translations add or
remove is counted. Its tables belong to the trends of an atlas and are dropped with them.
"""

from __future__ import annotations

from diffmine.atlas.balls import element_balls
from diffmine.atlas.writer import Workspace
from diffmine.config import TrendsConfig
from diffmine.engine import Engine, Progress, Report, here, silent
from diffmine.stages.parallel.shards import translate_all
from diffmine.stages.parallel.tables import TABLES, write_tables


def run(
    atlas: Workspace, config: TrendsConfig, *, engine: Engine = here, progress: Progress = silent
) -> Report:
    """Write parallel/, parallel-windows/, sequences.parquet, changes.parquet and counts.parquet.
    Trends come first."""
    report = Report("parallel")
    translate_all(atlas, config, engine, progress, report)
    if not all(map(atlas.finished, TABLES)):
        report.figures |= write_tables(atlas, config, element_balls(atlas, config.radius))
    return report.close()
