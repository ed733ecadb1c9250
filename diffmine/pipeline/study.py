"""diffmine typicality --study: what stands behind it."""

from __future__ import annotations

from pathlib import Path

from diffmine.config import TypicalityConfig
from diffmine.pipeline.progress import shown


def print_study(atlas: Path, options: TypicalityConfig) -> None:
    """Try how many draws a model needs on 40 images of an atlas, and print it as a table."""
    with shown("typicality") as progress:  # a first line before PyTorch is imported
        from diffmine.atlas.reader import open_atlas
        from diffmine.stages.typicality.study import advice, study

        findings = study(open_atlas(atlas), options, progress)
    print(f"{'scheme':<12} draws  rank corr.  overlap  of the best   error")
    for row in findings:
        print(
            f"{row.scheme:<12} {row.draws:5}  {row.correlation:10.3f}  {row.overlap:7.1%}"
            f"  {row.ratio:11.1%}  {row.error:.2e}"
        )
    print(f"{advice(findings)} draws choose windows 99 % as typical as the best ones.")
