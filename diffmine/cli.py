"""The command line. Every option is a field of a stage's configuration, under the same name."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from diffmine import __version__
from diffmine.atlas.stages import STAGES
from diffmine.config import (
    BuildConfig,
    DataConfig,
    EvaluateConfig,
    FinetuneConfig,
    ModelConfig,
    ServeConfig,
    TranslateConfig,
    TypicalityConfig,
)
from diffmine.engine import engine_of
from diffmine.pipeline.exits import exit_code
from diffmine.pipeline.settings import settings, with_short
from diffmine.waiting import wait_briefly

Flat = Parameter(name="*")
Where = Annotated[
    str,
    Parameter(
        help="Where work runs: here, processes:N in N processes, or ray[:ADDRESS] in a cluster."
    ),
]
app = App(
    name="diffmine",
    help="Mine what is typical of a label in labelled pictures, with a diffusion model.",
    version=__version__,
    result_action="return_value",
    suppress_keyboard_interrupt=False,  # how a command ends is said in pipeline/exits.py
    config=settings,
)


@app.command
def build(
    data: str,
    *,
    out: Path,
    label: str | None = None,
    source: str | None = None,
    weights: Annotated[ModelConfig, Flat] = ModelConfig(),  # noqa: B008
    config: Path | None = None,
    engine: Where = "here",
    replace_all: Annotated[bool, Parameter(name="--replace")] = False,
    dry_run: bool = False,
    options: Annotated[BuildConfig, Flat] = BuildConfig(),  # noqa: B008
) -> None:
    """Mine a folder of labelled pictures into an atlas: all stages, from where they stopped.

    Parameters
    ----------
    data
        Folder with one folder of pictures per label, or with a table of its pictures; a zip file;
        hf://datasets/OWNER/NAME; s3://BUCKET/KEY; a IIIF manifest or collection, a file or an
        address; or an archive of films, dicomweb+https://HOST/dicom-web?Modality=DX.
    out
        Folder of the atlas; a new one, or one of the same pictures to continue.
    label
        Column of the table that holds the label (short for --data.label).
    source
        How DATA is laid out, as cardb or chestxray (short for --data.source).
    config
        TOML file with one table per stage; flags win over it.
    replace_all
        Put these pictures in the place of another data set that OUT holds.
    dry_run
        Print the plan and its cost, and do nothing.
    """
    from diffmine.pipeline.enough import asked_to_end
    from diffmine.pipeline.progress import shown
    from diffmine.pipeline.several import is_first

    options, model = with_short(options, label, source, weights)
    where = engine_of(engine)
    if dry_run:
        with shown("build") as progress:
            from diffmine.pipeline.info.run import before
            from diffmine.pipeline.plan import plan

            print(plan(data, options, model, out, replace_all, progress))
            lines = before(data, options, model, out, progress)
        print("\n".join(lines))
        return
    if not is_first():
        from diffmine.pipeline.build import build as run_build

        run_build(data, out, options, model=model)
        return
    with shown("build") as bars, asked_to_end(bars) as progress:
        from diffmine.pipeline.build import build as run_build

        for report in run_build(
            data,
            out,
            options,
            model=model,
            replace_all=replace_all,
            engine=where,
            progress=progress,
            announce=print,
            remark=print,
        ):
            _say(report)
    print(f"The atlas is ready: diffmine app {out}")


@app.command
def finetune(
    data: str,
    *,
    out: Path,
    label: str | None = None,
    config: Path | None = None,
    engine: Where = "here",
    dry_run: bool = False,
    pictures: Annotated[DataConfig, Parameter(name="pictures")] = DataConfig(),  # noqa: B008
    options: Annotated[FinetuneConfig, Flat] = FinetuneConfig(),  # noqa: B008
) -> None:
    """Train a model on labelled pictures, for diffmine build --model.

    Parameters
    ----------
    data
        Folder of labelled pictures, or a IIIF manifest or collection.
    out
        Folder of the model; unfinished work is kept beside it in OUT.atlas.
    label
        Column of the table that holds the label (short for --pictures.label).
    config
        TOML file with the options below.
    dry_run
        Print size, rate, steps, memory and time of the training, and do nothing.
    """
    from diffmine.pipeline.enough import asked_to_end
    from diffmine.pipeline.progress import shown
    from diffmine.pipeline.several import is_first

    if label is not None:
        pictures = replace(pictures, label=label)
    if dry_run:
        with shown("finetune"):
            from diffmine.pipeline.settle import training_plan

            lines = training_plan(data, pictures, options)
        print("\n".join(lines))
        return
    if not is_first():
        from diffmine.pipeline.single import train_model

        train_model(data, out, pictures, options)
        return
    with shown("finetune") as bars, asked_to_end(bars) as progress:
        from diffmine.pipeline.single import train_model

        _say(train_model(data, out, pictures, options, engine_of(engine), progress, print))
    print(f"The model is ready: {out}")


@app.command
def typicality(
    atlas: Path,
    *,
    study: bool = False,
    config: Path | None = None,
    engine: Where = "here",
    options: Annotated[TypicalityConfig, Flat] = TypicalityConfig(),  # noqa: B008
) -> None:
    """Score every image of an atlas under its label, or under all labels.

    Parameters
    ----------
    atlas
        Folder of the atlas.
    study
        Score 40 images with very many draws instead, and say how many draws this model needs.
    config
        TOML file with the options below.
    """
    if study:
        from diffmine.pipeline.study import print_study

        print_study(atlas, options)
    else:
        _stage(atlas, "typicality", options, engine)


@app.command
def translate(
    atlas: Path,
    patch: str | None = None,
    *,
    to: list[str] | None = None,
    out: Path | None = None,
    config: Path | None = None,
    engine: Where = "here",
    options: Annotated[TranslateConfig, Flat] = TranslateConfig(),  # noqa: B008
) -> None:
    """Translate the elements of an atlas into all labels, or one patch or picture.

    Parameters
    ----------
    patch
        Name of a patch of the atlas, or a picture file; without it, elements are translated.
    to
        Labels to translate into; all when none is given.
    out
        Folder for the pictures of one patch; default: translations-PATCH.
    config
        TOML file with the options below.
    """
    if patch is None:
        _stage(atlas, "translate", options, engine)
        return
    from diffmine.pipeline.progress import shown

    folder = out or Path(f"translations-{Path(patch).stem}")
    with shown("translate") as progress:
        from diffmine.pipeline.single import translate_one

        translations = translate_one(atlas, patch, to or [], folder, options, progress)
    for one in translations:
        gained = "more typical" if one.became_typical == "yes" else "no more typical"
        assert one.before is not None, "a new translation is scored"
        assert one.after is not None
        print(
            f"{one.target}: T {one.before.typicality:+.5f} -> {one.after.typicality:+.5f} "
            f"(se {one.after.se:.5f}), {gained}"
        )
    print(f"Generated pictures are in {folder}")


@app.command
def evaluate(
    atlas: Path,
    *,
    config: Path | None = None,
    engine: Where = "here",
    options: Annotated[EvaluateConfig, Flat] = EvaluateConfig(),  # noqa: B008
) -> None:
    """Judge maps and patches by boxes, beside chance and priors; writes evaluation.json.

    Parameters
    ----------
    atlas
        Folder of the atlas.
    config
        TOML file with the options below.
    """
    from diffmine.pipeline.progress import shown

    with shown("evaluate") as progress:
        from diffmine.pipeline.build import run_evaluation
        from diffmine.stages.evaluate.tables import show

        report, evaluation = run_evaluation(atlas, options, engine_of(engine), progress)
    show(evaluation)
    _say(report)


@app.command(name="app")
def serve(
    *atlases: Path,
    options: Annotated[ServeConfig, Flat] = ServeConfig(),  # noqa: B008
) -> None:
    """Open the app in the browser.

    Parameters
    ----------
    atlases
        Atlas folders; without any, the embedded ones.
    """
    from diffmine.app.page import build as build_app
    from diffmine.app.page import serve as serve_app

    serve_app(build_app(list(atlases)), options)


# By their paths: what they need is loaded when they run.
app.command(
    "diffmine.pipeline.info.command:info",
    name="info",
    help="Say what a folder of labelled pictures holds before a build, or what an atlas holds.",
)
app.command(
    "diffmine.pipeline.check:check",
    name="check",
    help="Compare every file of an atlas and its model with its digest, and name the broken.",
)
app.command(
    "diffmine.app.logins:user",
    name="user",
    help="Let somebody log in to the app: write a name and its password into the file of --auth.",
)
app.command(
    "diffmine.export.push:push_atlas",
    name="push",
    help="Write an atlas to a data set repository of the Hugging Face Hub, as one commit, or to a "
    "bucket.",
)
app.command(
    "diffmine.pipeline.pull:pull_atlas",
    name="pull",
    help="Fetch an atlas from the Hugging Face Hub, or from a bucket.",
)
app.command(
    "diffmine.export.command:export",
    name="export",
    help="Write patches of an atlas as a table, a figure, pages for a browser or annotations.",
)
app.command(
    "diffmine.pipeline.sensitivity:sensitivity",
    name="sensitivity",
    help="Mine an atlas again from other timesteps and by other draws; say what stays the same.",
)
app.command(
    "diffmine.pipeline.generate:generate",
    name="generate",
    help="Write a labelled folder of pictures that a model makes, to be mined as any other.",
)


def stage_command(name: str, kind: type[Any], text: str) -> None:
    """Give a stage its command, whose options are the fields of its configuration `kind`."""

    def command(
        atlas: Path,
        *,
        config: Path | None = None,
        engine: Where = "here",
        options: Annotated[kind, Flat] = kind(),  # type: ignore[valid-type]  # noqa: B008
    ) -> None:
        _stage(atlas, name, options, engine)

    app.command(command, name=name, help=text)


STAGE_COMMANDS = {
    "mine": "Choose the best windows of every image and the best patches of every label.",
    "cluster": "Group the top patches of each label into elements and lay out the map.",
    "trends": "Follow every element, label and patch over the labels.",
}
for stage in STAGES:
    if stage.in_build and stage.name not in app:
        words = STAGE_COMMANDS.get(stage.name, f"{stage.does.capitalize()}.")
        stage_command(stage.name, type(getattr(BuildConfig(), stage.name)), words)


# What all commands share


def _stage(atlas: Path, name: str, options: Any, engine: str) -> None:
    from diffmine.pipeline.progress import shown
    from diffmine.pipeline.several import alone

    alone(name)
    where, config = engine_of(engine), replace(BuildConfig(), **{name: options})
    with shown(name) as progress:
        from diffmine.atlas.writer import open_workspace
        from diffmine.pipeline.build import run_stage

        opened = open_workspace(atlas)
        with opened.hold():
            _say(run_stage(opened, name, config, where, progress))


def _say(report: Any) -> None:
    parts = [f"{report.stage}: {report.done} done"]
    parts += [f"{report.kept} kept"] if report.kept else []
    parts += [f"{report.refused} refused, see refused.csv"] if report.refused else []
    parts += [f"{name} {_figure(value)}" for name, value in report.figures.items()]
    print(", ".join(parts) + f" ({report.seconds:.1f} s)")


def _figure(value: float) -> str:
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.4g}"


def main(tokens: list[str] | None = None) -> None:
    """Run the command line; exits with 2 for a user's mistake, 1 for ours, 130 when stopped."""
    wait_briefly()
    sys.exit(
        exit_code(
            lambda: app(
                sys.argv[1:] if tokens is None else tokens,
                exit_on_error=False,
                print_error=False,
            )
        )
    )
