"""The endpoints, by their names. Their docstrings and types are read by programs: they are what
gradio_client shows and what an agent is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image

from diffmine.app import work
from diffmine.app.api import texts
from diffmine.app.cache import digest
from diffmine.app.shelf import Shelf
from diffmine.atlas.pictures import generated_png
from diffmine.atlas.records import Patch, Preview, Translation
from diffmine.config import TranslateConfig, TrendsConfig
from diffmine.errors import UsageError
from diffmine.maths.score import Score

MOST = 200
"""Patches in one answer."""
KINDS = ("top", "least", "random")
Rows = list[dict[str, Any]]
_PATCH = ("patch_id", "label", "kind", "rank", "image_id", "row", "col", "size", "element", "noise")
_TREND = ("target", "share", "low", "high", "typicality", "se", "n")


class Endpoints:
    """Questions to some atlases by their keys. Whatever cannot be answered is a DiffmineError of
    one sentence, which the app's door tells the program."""

    def __init__(self, shelves: Mapping[str, Shelf]) -> None:
        self._shelves = shelves

    # What is stored

    def atlases(self) -> Rows:
        """List the atlases of this app: what is typical of the labels of a picture collection.

        Returns:
            For each atlas its name (`atlas`, as the other calls take it), title, kind of label
            (time, place, finding, maker or other) and number of labels.
        """
        return [
            {
                "atlas": key,
                "title": shelf.title,
                "kind": shelf.atlas.manifest.kind,
                "labels": len(shelf.labels),
            }
            for key, shelf in self._shelves.items()
        ]

    def labels(self, atlas: str = "") -> Rows:
        """List the labels of an atlas in their order, as decades or findings.

        Args:
            atlas: Name of the atlas; empty: the first one.

        Returns:
            For each label how many images carry it, how many top patches it has, and its elements:
            groups of patches that show the same thing, by number and name.
        """
        shelf = self._shelf(atlas)
        return [
            {
                "label": label,
                "images": shelf.image_counts.get(label, 0),
                "patches": shelf.atlas.count(label),
                "elements": [
                    {
                        "element": row["element"],
                        "name": shelf.element_name(label, row["element"]),
                        "patches": row["size"],
                    }
                    for row in shelf.elements(label)
                ],
            }
            for label in shelf.labels
        ]

    def patches(
        self, label: str, count: int = 20, first: int = 1, kind: str = "top", atlas: str = ""
    ) -> Rows:
        """List the patches of a label by their rank: square windows of its images.

        Args:
            label: A label of the atlas.
            count: How many patches, 1 to 200.
            first: The rank to begin with; the most typical patch has rank 1.
            kind: "top" for the most typical, "least" for the least typical, "random" for a control.
            atlas: Name of the atlas; empty: the first one.

        Returns:
            Patches with their name (`patch_id`), image, window (row, col, size in pixels), and
            typicality with its standard error `se`: above zero the label helps the model to
            explain the window. `noise`: the score cannot be told from chance.
        """
        shelf = self._shelf(atlas)
        check_label(shelf, label)
        if kind not in KINDS:
            raise UsageError(texts.NO_SUCH_KIND.format(kind=kind, kinds=", ".join(KINDS)))
        check_count(count)
        if first < 1:
            raise UsageError(texts.NO_SUCH_RANK.format(first=first))
        return [row_of(patch) for patch in shelf.atlas.patches(label, kind, first - 1, count)]

    def similar(self, patch_id: str, count: int = 20, atlas: str = "") -> Rows:
        """List the patches of all labels that look most like a patch, by the model's features.

        Args:
            patch_id: Name of a top patch.
            count: How many patches, 1 to 200.
            atlas: Name of the atlas; empty: the first one.

        Returns:
            Patches as of `patches`, the nearest first.
        """
        shelf = self._shelf(atlas)
        check_count(count)
        return [row_of(patch) for patch in shelf.similar(known(shelf, patch_id).patch_id, count)]

    def trends(self, label: str, element: int = -1, atlas: str = "") -> Rows:
        """Follow a label, or one element of it, over all labels: how it comes and goes.

        Args:
            label: A label of the atlas.
            element: Number of an element of the label; -1: the label itself.
            atlas: Name of the atlas; empty: the first one.

        Returns:
            For each label as `target`: of an element the `share` of its images that show it (0 to
            1), with the 95 % band `low` to `high`; of a label its mean `typicality` there, with
            `se`. `n` images stand behind it.
        """
        shelf = self._shelf(atlas)
        check_label(shelf, label)
        if element < 0:
            return [measured(row) for row in shelf.trends("label", label=label)]
        if not shelf.has_element(label, element):
            raise UsageError(texts.NO_SUCH_ELEMENT.format(label=label, element=element))
        rows = shelf.trends("element", label=label, element=element)
        return [measured(row) for row in rows]

    # What the model is asked now

    def score(self, patch_id: str, atlas: str = "") -> Rows:
        """Ask the model how typical a patch is of every label (its dating curve). Takes seconds, or
        minutes with a large model.

        Args:
            patch_id: Name of a patch.
            atlas: Name of the atlas; empty: the first one.

        Returns:
            For each label the patch's typicality with its standard error `se`.
        """
        shelf = self._shelf(atlas)
        patch = known(shelf, patch_id)
        (scores,) = work.dating_curve(
            model_of(shelf),
            Image.fromarray(shelf.pixels(patch.image_id)),
            (patch.row, patch.col, patch.size),
            shelf.labels,
            shelf.atlas.scoring(shelf.atlas.configured(TrendsConfig).draws),
            patch.image_id,
        )
        pairs = zip(shelf.labels, scores, strict=True)
        return [{"label": label, **score_row(score)} for label, score in pairs]

    def translate(self, patch_id: str, targets: list[str], atlas: str = "") -> Rows:
        """Redraw the image of a patch under other labels. The pictures are generated by a model:
        say so wherever they are shown. Takes seconds, or minutes with a large model.

        Args:
            patch_id: Name of a patch.
            targets: Labels to translate into.
            atlas: Name of the atlas; empty: the first one.

        Returns:
            For each target the address of the picture on this server, the window's typicality of
            the target `before` and `after`, and whether it became typical: yes, no or unclear.
        """
        shelf = self._shelf(atlas)
        patch = known(shelf, patch_id)
        if not targets:
            raise UsageError(texts.NO_TARGETS)
        for target in targets:
            check_label(shelf, target)
        config = shelf.atlas.configured(TranslateConfig)
        steps = work.translation(
            model_of(shelf),
            Image.fromarray(shelf.pixels(patch.image_id)),
            (patch.row, patch.col, patch.size),
            list(dict.fromkeys(targets)),
            config,
            shelf.atlas.scoring(config.draws),
            patch.image_id,
            patch.label,
        )
        (result,) = (step for step in steps if not isinstance(step, Preview))
        return [translated(shelf, patch, one) for one in result.translations]

    def _shelf(self, atlas: str) -> Shelf:
        key = atlas or next(iter(self._shelves))
        if key not in self._shelves:
            names = ", ".join(self._shelves)
            raise UsageError(texts.NO_SUCH_ATLAS.format(atlas=atlas, names=names))
        return self._shelves[key]


# What is refused


def check_label(shelf: Shelf, label: str) -> None:
    """Raise UsageError for a label that the atlas lacks."""
    if label not in shelf.labels:
        names = shortened(shelf.labels)
        raise UsageError(texts.NO_SUCH_LABEL.format(label=label, atlas=shelf.key, names=names))


def check_count(count: int) -> None:
    """Raise UsageError for a number of patches that no answer has."""
    if not 1 <= count <= MOST:
        raise UsageError(texts.BAD_COUNT.format(count=count, most=MOST))


def known(shelf: Shelf, patch_id: str) -> Patch:
    """The patch of that name; UsageError when there is none."""
    patch = shelf.known(patch_id)
    if patch is None:
        raise UsageError(texts.NO_SUCH_PATCH.format(patch=patch_id, atlas=shelf.key))
    return patch


def model_of(shelf: Shelf) -> str:
    """Where the model of an atlas is; UsageError where it is not on this machine."""
    if shelf.model is None:
        raise UsageError(texts.NO_MODEL.format(atlas=shelf.key))
    return str(shelf.model)


def shortened(names: Sequence[str], most: int = 20) -> str:
    """Names for a sentence: of many the first."""
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")


# Rows of answers: plain values


def row_of(patch: Patch) -> dict[str, Any]:
    """What programs are told of a patch."""
    row = {name: getattr(patch, name) for name in _PATCH}
    return row | {"typicality": float(patch.typicality), "se": float(patch.se)}


def score_row(score: Score) -> dict[str, float]:
    """A score with its error."""
    return {"typicality": float(score.typicality), "se": float(score.se)}


def measured(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of trends without what it does not say."""
    return {name: row[name] for name in _TREND if row[name] is not None}


def translated(shelf: Shelf, patch: Patch, one: Translation) -> dict[str, Any]:
    """A translation, whose picture is kept where the server hands it out."""
    content = generated_png(one.picture)
    name = f"{digest(shelf.version, 'translated', patch.patch_id, one.target, content)}.png"
    return {
        "target": one.target,
        "picture": f"/gradio_api/file={shelf.cache.file(name, lambda: content)}",
        "generated": True,
        "before": score_row(one.before) if one.before else None,
        "after": score_row(one.after) if one.after else None,
        "became_typical": one.became_typical,
    }
