"""What an atlas knows of the stages that fill it: a line each in STAGES, in the order of a build.

The work of a stage stands in diffmine/stages/NAME/run.py, its settings in config.py under its name.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """A stage, what it does in a few words, and its files, by the beginnings of their names.

    It is computed from `inputs`: images, the model and other stages. `files` are dropped when it
    begins anew; `keeps` are its files that may outlive that, and `completes` those of another stage
    that it adds to. `edited`: merges and splits of elements make it out of date. Not `in_build`:
    it runs when another stage asks for it. `piecewise` are the inputs that it takes piece by piece:
    when some of them change it keeps what it knows of the others. `extends` are settings that say
    how far it goes: one that is begun goes on when they change.
    """

    name: str
    does: str
    inputs: tuple[str, ...]
    files: tuple[str, ...]
    keeps: tuple[str, ...] = ()
    completes: tuple[str, ...] = ()
    edited: bool = False
    in_build: bool = True
    piecewise: tuple[str, ...] = ()
    extends: tuple[str, ...] = ()

    @property
    def makes(self) -> tuple[str, ...]:
        """The files that it must make again when they are lost."""
        return (*self.files, *self.keeps, *self.completes)

    def completes_files_of(self, stage: str) -> bool:
        """Whether it adds to a file that another stage writes, and has to again after it."""
        return self.name != stage and any(file in stage_of(stage).files for file in self.completes)


STAGES = (
    Stage(
        "finetune",
        "the model learns the labelled images",
        inputs=("images",),
        files=("work/finetune/", "trained.parquet"),
        keeps=("model/",),
        piecewise=("images",),
        extends=("steps",),
    ),
    Stage(
        "typicality",
        "every image is scored, spot by spot",
        inputs=("images", "model"),
        files=("maps/",),
        piecewise=("images",),
    ),
    Stage(
        "mine",
        "the most, least and randomly chosen windows",
        inputs=("typicality",),
        files=("patches.parquet", "duplicates.parquet", "warnings.parquet"),
    ),
    Stage(
        "cluster",
        "patches that look alike become elements; the map",
        inputs=("mine", "model"),
        files=("elements.parquet",),
        keeps=("features/",),
        completes=("patches.parquet",),
    ),
    Stage(
        "translate",
        "the central patches made over into every label",
        inputs=("cluster", "model"),
        files=("translations/",),
    ),
    Stage(
        "trends",
        "how elements come and go over the labels",
        inputs=("cluster", "translate"),
        files=(
            "trends.parquet",
            "shown.parquet",
            "sequences.parquet",
            "changes.parquet",
            "counts.parquet",
        ),
        edited=True,
    ),
    Stage(
        "parallel",
        "mined images under every label, and what changes",
        inputs=("mine", "model"),
        files=("parallel/", "parallel-windows/"),
        in_build=False,
    ),
    Stage(
        "sensitivity",
        "the same mining under other timesteps and other draws",
        inputs=("typicality", "mine"),
        files=("sensitivity.json", "sensitivity.parquet"),
        keeps=("maps-again/",),
        in_build=False,
    ),
)


def stage_of(name: str) -> Stage:
    """The stage of that name."""
    return next(stage for stage in STAGES if stage.name == name)
