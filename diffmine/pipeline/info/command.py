"""diffmine info: what stands behind the command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from diffmine.atlas.manifest import is_atlas
from diffmine.config import BuildConfig, ModelConfig
from diffmine.errors import UsageError
from diffmine.pipeline.progress import shown
from diffmine.pipeline.settings import with_short

Form = Annotated[
    Literal["text", "json", "csv"],
    Parameter(
        name="--as",
        help="text; json, everything; csv, a table of labels, dates, refused files, duplicates.",
    ),
]


def info(
    data: str,
    *,
    label: str | None = None,
    source: str | None = None,
    weights: Annotated[ModelConfig, Parameter(name="*")] = ModelConfig(),  # noqa: B008
    config: Path | None = None,
    form: Form = "text",
    options: Annotated[BuildConfig, Parameter(name="*")] = BuildConfig(),  # noqa: B008
) -> None:
    """Say what a folder of labelled pictures holds before a build, or what an atlas holds.

    Every picture is looked at once: what is refused and why, near-duplicates, what goes with the
    labels without belonging to them, and what a build will take. The options are those of build.

    Parameters
    ----------
    data
        What build takes, or the folder of an atlas; pictures of the web are fetched.
    label
        Column of the table that holds the label (short for --data.label).
    source
        How DATA is laid out, as cardb or chestxray (short for --data.source).
    config
        TOML file with one table per stage; flags win over it.
    """
    if is_atlas(Path(data)):
        _say_atlas(Path(data), form)
        return
    from diffmine.pipeline.info.run import info as run_info

    options, model = with_short(options, label, source, weights)
    with shown() as progress:
        text = run_info(data, options, model, form, progress)
    print(text)


def _say_atlas(atlas: Path, form: str) -> None:
    from diffmine.atlas.reader import open_atlas
    from diffmine.words.doubts import lines

    if form != "text":
        raise UsageError(f"{atlas} is an atlas, of which --as {form} is export's: diffmine export.")
    opened = open_atlas(atlas)
    manifest = opened.manifest
    print(f"{manifest.title}: {manifest.description}".rstrip(": "))
    print(f"labels: {', '.join(opened.labels)}")
    for name in ("images", "patches", "duplicates", "elements", "trends"):
        rows = opened.table(name).num_rows if opened.has(name) else 0
        print(f"{name}: {rows}")
    print(f"model: {next(iter(manifest.sources), opened.model_path) or 'none'}")
    if manifest.newer:
        print(f"of a newer diffmine, and kept as it is: {', '.join(manifest.newer)}")
    for line in lines(opened):
        print(line)
