"""The synthetic atlas of make_atlas.py mined again, from two bands that it keeps: no model."""

from __future__ import annotations

from pathlib import Path

from diffmine.atlas.writer import Workspace, open_workspace
from diffmine.config import SensitivityConfig
from diffmine.stages.sensitivity.run import run
from tests.unit.app.make_atlas import make_atlas


def make_again(folder: Path) -> Workspace:
    """Write the atlas and what its bands tell, and open it."""
    make_atlas(folder, scores=("band 100-400", "band 400-700"))
    atlas = open_workspace(folder)
    with atlas.hold():
        atlas.manifest.config["typicality"]["bands"] = 2
        atlas.save()
        run(atlas, SensitivityConfig(seeds=0, top=20, bootstrap=40))
    return atlas
