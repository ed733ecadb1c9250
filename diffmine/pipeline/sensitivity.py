"""diffmine sensitivity: an atlas mined again, from other timesteps and by other draws."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from diffmine.atlas.atomic import sweep_beside, write_bytes
from diffmine.atlas.reader import Atlas
from diffmine.atlas.sensitivity import Sensitivity, read_sensitivity, sample_of, variants_of
from diffmine.atlas.writer import Workspace, open_workspace
from diffmine.config import BuildConfig, SensitivityConfig, TypicalityConfig
from diffmine.engine import Engine, Progress, Report, engine_of, here, silent
from diffmine.errors import AtlasError, DiffmineError, UsageError
from diffmine.pipeline.progress import shown
from diffmine.pipeline.several import alone
from diffmine.words import sensitivity as words
from diffmine.words.times import span

WALL = 8
"""Patches of each way of mining that stand side by side."""


def sensitivity(
    atlas: Path,
    *,
    csv: Path | None = None,
    dry_run: bool = False,
    config: Path | None = None,
    engine: Annotated[
        str, Parameter(help="Where work runs: here, or processes:N in N processes.")
    ] = "here",
    options: Annotated[SensitivityConfig, Parameter(name="*")] = SensitivityConfig(),  # noqa: B008
) -> None:
    """Mine an atlas again from other timesteps and by other draws, and say what stays the same.

    A stopped run goes on where it stopped. The result is kept in the atlas and shown by the app.

    Parameters
    ----------
    atlas
        Folder of the atlas.
    csv
        File for all figures as a table.
    dry_run
        Say what would be computed and what that costs, and do nothing.
    config
        TOML file with the options below.
    """
    alone("sensitivity")
    workspace = open_workspace(atlas)
    with shown() as progress:
        for line in plan(workspace, options, probe=dry_run):
            print(line)
        if dry_run:
            return
        reports = mine_again(workspace, options, engine_of(engine), progress)
    result = read_sensitivity(workspace)
    assert result is not None
    show(workspace, result)
    if csv is not None:
        sweep_beside(csv)
        write_bytes(csv, words.as_csv(result))
        print(f"All figures are in {csv}")
    for report in reports:
        before = f", {report.kept} kept" if report.kept else ""
        print(f"{report.stage}: {report.done} done{before} ({report.seconds:.1f} s)")


def mine_again(
    atlas: Workspace,
    config: SensitivityConfig,
    engine: Engine = here,
    progress: Progress = silent,
) -> list[Report]:
    """Score what is new, then compare; the result is written to the atlas."""
    from diffmine.stages.sensitivity.run import run
    from diffmine.stages.typicality.again import score_again

    with atlas.hold():
        _check(atlas)
        mended = atlas.mend()
        if mended and not _is_there(atlas):
            raise AtlasError(
                f"Files of {atlas.path} are broken ({mended[0]}); run diffmine build on it first."
            )
        variants, images = variants_of(atlas, config), sample_of(atlas, config)
        reports = []
        if any(variant.new for variant in variants):
            again = (variants, images, config.shard)
            reports.append(score_again(atlas, *again, engine=engine, progress=progress))
        return [*reports, run(atlas, config, engine=engine, progress=progress)]


def _is_there(atlas: Atlas) -> bool:
    return atlas.fresh("typicality") and atlas.fresh("mine")


def _check(atlas: Atlas) -> None:
    if not atlas.parts("maps") or not atlas.has("patches"):
        raise AtlasError(
            f"{atlas.path} is not mined yet; run diffmine build on it before it is mined again."
        )


# What it costs


def plan(atlas: Atlas, config: SensitivityConfig, *, probe: bool) -> list[str]:
    """What would be computed and what it costs; `probe`: time a few calls of the model where this
    machine has not yet."""
    from diffmine.stages.typicality.again import missing

    _check(atlas)
    variants, images = variants_of(atlas, config), sample_of(atlas, config)
    needed = missing(atlas, variants, images, config.shard)
    lines = [f"{len(images):,} images are mined again in {len(variants)} ways"]
    for variant in variants:
        rows = needed[variant.name]
        cost = f"{rows:,} predictions of the UNet" if rows else "its maps are there"
        if not variant.new:
            cost = "put together from bands that the atlas keeps; the model is not called"
        lines.append(f"  {variant.name}: {cost}")
    total = sum(needed.values())
    return [*lines, _time(atlas, total, len(images), probe)] if total else lines


def _time(atlas: Atlas, rows: int, images: int, probe: bool) -> str:
    from diffmine.pipeline.info.cost import rates_of, seconds_of
    from diffmine.pipeline.models import found
    from diffmine.pipeline.work import Work

    table = atlas.table("images", ["height", "width"])
    size = tuple(int(median(table[name].to_pylist())) for name in ("height", "width"))
    whole = BuildConfig(typicality=atlas.configured(TypicalityConfig))
    try:
        model = found(str(atlas.needed_model()), online=False)
    except DiffmineError as error:
        raise UsageError(f"New draws need the model of {atlas.path}: {error}") from error
    rates = rates_of(whole, model, (size[0], size[1]), probe)
    if isinstance(rates, str):
        return f"cost on this machine: not known, since {rates}; --dry-run tries it"
    seconds = seconds_of(Work(full=rows, encoded=images), rates, 1.0)
    return f"cost on this machine: about {span(seconds)} on {rates.device}"


# What is shown


def show(atlas: Atlas, result: Sensitivity) -> None:
    """Print the figures, what they tell, and the first patches of every way side by side."""
    console = Console(highlight=False)
    if not console.is_terminal:  # a log is as wide as it needs to be
        console = Console(highlight=False, width=200)
    table = Table(title=words.title(result), title_justify="left", show_edge=False)
    for head in words.HEADS:
        table.add_column(head, overflow="fold")
    for row in sorted(result.rows, key=lambda row: bool(row["label"])):
        table.add_row(*words.cells(result, row))
    console.print(table)
    patches = atlas.table("sensitivity").to_pylist()
    for label in atlas.labels:
        if wall := _wall(patches, label):
            console.print()
            console.print(wall)
    console.print()
    for line in (*words.summary(result), *words.notes(result)):
        console.print(line, markup=False)


def _wall(patches: list[words.Row], label: str) -> Table | None:
    """The places of a label's first patches, a column for each way of mining; those that the
    atlas's own list holds as well have a sign."""
    columns = words.walls(patches, label, WALL)
    if not any(columns.values()):
        return None
    table = Table(title=f"The first patches of {label}", title_justify="left", show_edge=False)
    table.add_column("")
    for name in columns:
        table.add_column(name, overflow="fold")
    for rank in range(WALL):
        rows = [own[rank] if rank < len(own) else None for own in columns.values()]
        table.add_row(str(rank + 1), *map(_place, rows))
    return table


def _place(row: words.Row | None) -> str:
    if row is None:
        return ""
    sign = "= " if row["matched"] else "  "
    return escape(f"{sign}{row['image_id']} {row['row']},{row['col']}")
