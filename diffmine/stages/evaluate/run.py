"""Evaluate: maps and patches against boxes (section 5.2), beside priors blind to the image.

    localisation   area under the precision-recall curve of all pixels, image by image; mean of a
                   label's images, then of the labels              (maths/measures.py, localise.py)
    mining         precision, recall, purity and agreement of patches                  (patches.py)
    trends         recovered curves against true ones                                   (trends.py)

Nothing here runs a model: it reads maps, patches and boxes, in seconds. The base model's maps come
from stages/typicality/base.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from diffmine.atlas.evaluation import Evaluation, write_evaluation
from diffmine.atlas.reader import Atlas
from diffmine.atlas.records import KeptBoxes
from diffmine.atlas.several import COLUMNS, labels_of
from diffmine.atlas.writer import Workspace
from diffmine.config import EvaluateConfig, as_dict
from diffmine.engine import Engine, Progress, Report, here, silent
from diffmine.maths.ranking import SIGNS
from diffmine.stages.evaluate.cases import Truth, truth_of
from diffmine.stages.evaluate.localise import Localisation, localise
from diffmine.stages.evaluate.patches import TOPS, PatchList, Place, judge_patches
from diffmine.stages.evaluate.priors import in_pixels
from diffmine.stages.evaluate.trends import judge_trends, read_trends

OURS = "typicality"


def run(
    atlas: Workspace,
    config: EvaluateConfig,
    box_counts: KeptBoxes | None = None,
    *,
    engine: Engine = here,
    progress: Progress = silent,
) -> Report:
    """Judge an atlas by its boxes; writes evaluation.json. `box_counts` counts the boxes of a file
    that was just read in."""
    report = Report("evaluate")
    truth = truth_of(atlas, config)
    evaluation = Evaluation(config=_shareable(config))
    evaluation.boxes = _counts(truth, box_counts)
    lists = patch_lists(atlas) if atlas.has("patches") else []
    localisation = Localisation()
    if atlas.parts("maps"):
        own = labels_of_images(atlas)
        cases, against = truth.cases, config.against
        localisation, without = localise(atlas, cases, own, against, _window(atlas))
        evaluation.boxes["without_map"] = without
    if config.baselines:
        lists += _baselines(atlas, truth, config, localisation, evaluation, progress)
    evaluation.localisation = localisation.rows(atlas.labels, config.bootstrap, config.seed)
    evaluation.curves = localisation.curves()
    rows = judge_patches(lists, truth, config.complete, config.bootstrap, config.seed)
    for name, part in rows.items():
        setattr(evaluation, name, part)
    if config.trends:
        clusters = [row for row in evaluation.purity if row["method"] == OURS]
        named = {element for boxes in truth.boxes.values() for _, element, _ in boxes if element}
        evaluation.trends = judge_trends(atlas, read_trends(Path(config.trends)), clusters, named)
    write_evaluation(atlas, evaluation)
    report.done = len(truth.cases)
    report.refused = box_counts.refused if box_counts else 0
    return report.close()


def _baselines(
    atlas: Atlas,
    truth: Truth,
    config: EvaluateConfig,
    localisation: Localisation,
    evaluation: Evaluation,
    progress: Progress,
) -> list[PatchList]:
    """Their patches; their maps are judged and their seconds noted."""
    from diffmine.stages.evaluate.baselines.run import run_baselines

    needed = {case.image_id for case in truth.cases}
    window, keep = _window(atlas), max(TOPS)
    lists: list[PatchList] = []
    for name, mined, seconds in run_baselines(atlas, needed, window, keep, config.seed, progress):
        lists += [PatchList(name, label, "top", places) for label, places in mined.places.items()]
        for case in truth.cases:
            map = mined.maps.get((case.image_id, case.label))
            if map is not None:
                localisation.add(name, case, in_pixels(map, case.height, case.width))
        evaluation.seconds[name] = seconds
    return lists


def labels_of_images(atlas: Atlas) -> dict[str, list[str]]:
    """The labels of every image."""
    table = atlas.table("images", COLUMNS)
    return dict(zip(table["image_id"].to_pylist(), labels_of(table), strict=True))


def _window(atlas: Atlas) -> float:
    """The smallest window of mine: a share of the short side below 1, else pixels."""
    windows = atlas.manifest.config.get("mine", {}).get("windows") or [0.25]
    return float(min(windows))


def patch_lists(atlas: Atlas) -> list[PatchList]:
    """The atlas's own patches, a list for each label and kind."""
    return [
        PatchList(
            OURS,
            label,
            kind,
            [
                Place(p.image_id, p.row, p.col, p.size, p.typicality, p.element)
                for p in atlas.patches(label, kind)
            ],
        )
        for label in atlas.labels
        for kind in SIGNS
        if atlas.count(label, kind)
    ]


def _counts(truth: Truth, box_counts: KeptBoxes | None) -> dict[str, Any]:
    return {
        "images": len(truth.boxes),
        "cases": len(truth.cases),
        "boxes": sum(len(rows) for rows in truth.boxes.values()),
        "unknown": truth.unknown,
        "without_map": 0,
        "refused": box_counts.refused if box_counts else 0,
        "elsewhere": box_counts.elsewhere if box_counts else 0,
        "cropped": box_counts.cropped if box_counts else 0,
        "reason": box_counts.reason if box_counts else "",
    }


def _shareable(config: EvaluateConfig) -> dict[str, Any]:
    """The configuration without its owner's folders: atlases are passed on."""
    paths = ("boxes", "only", "trends", "base")
    return as_dict(config) | {name: Path(getattr(config, name)).name for name in paths}
