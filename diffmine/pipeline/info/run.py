"""`diffmine info DATA`, and what is said in short before a build and under --dry-run."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from diffmine.config import BuildConfig
from diffmine.data.fetched import fetched
from diffmine.data.glance import Glance
from diffmine.data.records import Dataset
from diffmine.data.sources import dataset_of
from diffmine.engine import Progress, silent
from diffmine.errors import DiffmineError
from diffmine.model.foreign.checkpoint import Checkpoint
from diffmine.pipeline.info.cost import costs, free_space
from diffmine.pipeline.info.look import Looked, look, remembered
from diffmine.pipeline.info.summary import Summary, summary, summary_of
from diffmine.pipeline.info.table import table
from diffmine.pipeline.info.texts import cost_lines, long, short
from diffmine.pipeline.labels import checked
from diffmine.pipeline.models import Asked, found, settled
from diffmine.pipeline.settle import by_base, sized
from diffmine.words.datasets import lines as remarks_on


def info(
    data: str | Path,
    config: BuildConfig,
    model: Asked | None = None,
    form: str = "text",
    progress: Progress = silent,
) -> str:
    """All that is known of a data set, as text, JSON or CSV.

    Raises DataError where there is no data set; one label alone is said and is none here.
    """
    given, refusal = _given(model)
    config = config if given is None else settled(config, given)
    config = replace(config, data=sized(config, given))
    dataset = dataset_of(data, config.data, progress).limited(config.data.limit)
    dataset, _ = fetched(dataset, config.data, progress)
    config, _ = by_base(config, len(dataset), len(dataset.labels), given, records=dataset.records)
    refusal = refusal or _refusal(dataset, config, given)
    whole = summary(dataset, config, given, progress, refusal, probe=form != "csv")
    if form == "json":
        return json.dumps(whole.told(), indent=1, ensure_ascii=False)
    if form == "csv":
        return table(whole).rstrip("\n")
    width = shutil.get_terminal_size().columns
    remarks = [*_remarks(dataset, whole), *([f"A build refuses it: {refusal}"] if refusal else [])]
    return "\n".join(long(whole, remarks, width, _has_blocks()))


def before(
    data: str | Path,
    config: BuildConfig,
    model: Asked | None,
    out: Path,
    progress: Progress = silent,
) -> list[str]:
    """What to know before a build: files that cannot be read, near-duplicates across labels, what
    goes with the labels, and what the build takes."""
    given, _ = _given(model)
    config = config if given is None else settled(config, given)
    config = replace(config, data=sized(config, given))
    dataset = dataset_of(data, config.data, progress).limited(config.data.limit)
    if any(record.remote for record in dataset):
        return []  # its pictures are fetched by the build, or by diffmine info
    config, _ = by_base(config, len(dataset), len(dataset.labels), given, records=dataset.records)
    looked = look(dataset, config.data, progress)
    whole = summary_of(dataset, looked, config, progress)
    spent = costs(dataset, looked, config, given)
    return [*_unreadable(dataset, looked), *short(whole), *cost_lines(spent, free_space(out))]


def after_collect(
    dataset: Dataset,
    config: BuildConfig,
    taken: frozenset[str],
    also: Mapping[str, Glance] | None = None,
) -> Summary | None:
    """All that is known of pictures that collect has `taken` in, by their names, from its own look
    at them, and from those `also` known; None where this machine has not looked at some."""
    looked = remembered(dataset, config.data, lambda name: name not in taken, also)
    return summary_of(dataset, looked, config) if looked else None


def known_cost(
    dataset: Dataset, config: BuildConfig, model: Checkpoint | None, out: Path
) -> list[str]:
    """What a build takes, where that was tried on this machine before."""
    looked = remembered(dataset, config.data, lambda name: False)
    spent = costs(dataset, looked, config, model, probe=False) if looked else None
    return cost_lines(spent, free_space(out)) if spent and spent.stages else []


def _given(model: Asked | None) -> tuple[Checkpoint | None, str]:
    """The model that is used as it is, where there is one on this machine; else why it is not."""
    try:
        return (None if model is None else found(model, online=False)), ""
    except DiffmineError as error:
        return None, str(error)


def _refusal(dataset: Dataset, config: BuildConfig, model: Checkpoint | None) -> str:
    """Why a build would not begin, as for one label alone; "" where it would."""
    try:
        checked(dataset, config, model, online=False)
    except DiffmineError as error:
        return str(error)
    return ""


def _unreadable(dataset: Dataset, looked: Looked) -> list[str]:
    """Files that are refused, by their reasons."""
    unread = replace(dataset, records=(), refused=_by_reason(looked), notes=())
    return remarks_on(unread)


def _remarks(dataset: Dataset, whole: Summary) -> list[str]:
    """What is odd about labels and files, refused ones first."""
    refused = {name for name, _ in whole.refused}
    records = tuple(r for r in dataset.records if r.image_id not in refused)
    unread = (*dataset.refused, *_by_reason_of(whole.refused[len(dataset.refused) :]))
    return remarks_on(replace(dataset, records=records, refused=unread))


def _by_reason(looked: Looked) -> tuple[tuple[str, str], ...]:
    return _by_reason_of(looked.refused)


def _by_reason_of(refused: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Reasons without the file's name, which stands beside them: those that are alike are counted
    together."""
    return tuple(
        (name, reason.removesuffix(".").replace(Path(name).name, "it")) for name, reason in refused
    )


def _has_blocks() -> bool:
    """Whether the terminal can show the letters of a bar."""
    try:
        "█▏".encode(sys.stdout.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True
