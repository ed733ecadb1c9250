"""Strips of the tab: how they are made and kept; the source is framed, the rest marked."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from diffmine.app import texts as shared
from diffmine.app import words, work
from diffmine.app.cache import digest
from diffmine.app.components.table.table import table_value
from diffmine.app.components.wall.wall import wall_value
from diffmine.app.parts import Value
from diffmine.app.shelf import Shelf
from diffmine.app.sprites import png, sheet_of
from diffmine.app.strip import Strip, known, stored, window
from diffmine.app.tabs.translate import texts
from diffmine.atlas.records import Patch, Preview, Translated, Translation
from diffmine.export.lettering import font_for, short
from diffmine.words.translations import outline

BIGGER = 192
KEPT = 64
ACROSS = 12
"""So many pictures of a strip lie beside each other in its file."""


class Strips:
    """The latest strips that were made here, shared by all visitors."""

    def __init__(self) -> None:
        self._live: OrderedDict[tuple[str, str], Strip] = OrderedDict()
        self._lock = Lock()

    def of(self, shelf: Shelf, atlas: str, patch: Patch) -> Strip:
        """The strip of a patch that was made here, else the one the atlas holds."""
        with self._lock:
            live = self._live.get((atlas, patch.patch_id))
        return live or stored(shelf, patch)

    def keep(self, atlas: str, strip: Strip) -> None:
        """Keep a strip; the oldest is dropped when there are many."""
        with self._lock:
            self._live[(atlas, strip.patch.patch_id)] = strip
            if len(self._live) > KEPT:
                self._live.popitem(last=False)


def translating(
    shelf: Shelf, patch: Patch, targets: list[str], model: Path, how: Mapping[str, Any]
) -> Iterator[Preview | Translated]:
    """Previews of a patch's image under targets, then the result; `how` is what differs from the
    atlas's own translations."""
    config = replace(known(shelf), **how)
    return work.translation(
        str(model),
        Image.fromarray(shelf.pixels(patch.image_id)),
        (patch.row, patch.col, patch.size),
        targets,
        config,
        shelf.atlas.scoring(config.draws),
        patch.image_id,
        patch.label,
    )


def finished(
    shelf: Shelf, patch: Patch, translations: Sequence[Translation], how: Mapping[str, Any]
) -> Strip:
    """The strip of a result."""
    by_target = {translation.target: translation for translation in translations}
    source = shelf.pixels(patch.image_id)
    return Strip(patch, source, by_target, False, how["method"], known(shelf).seed, how["keep"])


def walls(shelf: Shelf, strip: Strip, labels: Sequence[str], chosen: str) -> tuple[Value, Value]:
    """Two walls over the labels in order: whole pictures with the window, and the windows."""
    patch, (high, wide) = strip.patch, strip.source.shape[:2]
    box = [100 * patch.col / wide, 100 * patch.row / high]
    box += [100 * patch.size / wide, 100 * patch.size / high]
    pixels: list[np.ndarray] = []
    items: list[Value] = []
    cuts: list[Value] = []
    for label in labels:
        picture = strip.source if label == patch.label else None
        translation = strip.translations.get(label)
        if picture is None and translation is not None:
            picture = translation.picture
        one: Value = {"id": label, "caption": label, "at": len(pixels)}
        if label == patch.label:
            one |= {"frame": True, "alt": texts.THE_SOURCE.format(label=label)}
        elif translation is None:
            one |= {"blank": True, "alt": shared.NOT_TRANSLATED.format(label=label)}
        else:
            one |= {"made": True, "alt": shared.GENERATED.format(label=label) + _after(translation)}
        if picture is not None:
            pixels.append(picture)
        items.append(one if picture is None else one | {"box": box})
        cuts.append(one)
    made_here = bool(strip.translations)
    sheet = sheet_of(shelf.cache, pixels, generated=made_here)
    small = sheet_of(shelf.cache, [window(patch, image) for image in pixels], generated=made_here)
    return (
        wall_value(sheet, items, selected=chosen, size=92, strip=True),
        wall_value(small, cuts, selected=chosen, size=92, strip=True),
    )


def _after(translation: Translation) -> str:
    return texts.AFTER.format(score=words.scored(translation.after)) if translation.after else ""


def became(translation: Translation) -> str:
    """Whether a translation became typical of its target, in a word or two."""
    return translation.became_typical or "not scored"


def sentence(target: str, translation: Translation) -> str:
    """The same as a plain sentence."""
    name = words.markdown(target)
    if translation.before is None or translation.after is None:
        return texts.NOT_SCORED.format(label=name)
    text = texts.BECAME_SENTENCES[became(translation)].format(
        label=name,
        before=words.scored(translation.before),
        after=words.scored(translation.after),
    )
    return " ".join([text, *_rest(translation)])


def _rest(translation: Translation) -> list[str]:
    """What became of the source: its own label and its shape."""
    parts = []
    if translation.own is not None:
        before, after = (words.score(score.typicality) for score in translation.own)
        parts.append(texts.OWN_LABEL_WENT.format(before=before, after=after))
    fidelity = translation.fidelity
    if fidelity is not None:
        text = texts.KEPT if math.isnan(fidelity.outside) else texts.KEPT_AND_OUTSIDE
        parts.append(text.format(kept=outline(fidelity), outside=fidelity.outside))
    return parts


def summary(strip: Strip) -> str:
    """One sentence on all targets."""
    translations = strip.translations.values()
    scored = [translation for translation in translations if translation.after is not None]
    if not scored:
        return ""
    count = sum(became(translation) == "yes" for translation in scored)
    return texts.BECAME_OF.format(count=count, targets=len(scored))


def scores(strip: Strip, labels: Sequence[str]) -> Value:
    """Typicality of the window under each target, before and after."""
    rows = []
    for label in labels:
        translation = strip.translations.get(label)
        if translation is None or translation.before is None or translation.after is None:
            continue
        outline = f"{translation.fidelity.outline:.2f}" if translation.fidelity else ""
        before, after = words.scored(translation.before), words.scored(translation.after)
        rows.append([label, before, after, texts.BECAME[became(translation)], outline])
    return table_value(texts.TARGET_HEADS, rows, caption=texts.TARGETS if rows else "")


def bigger(pixels: np.ndarray, least: int = 480) -> np.ndarray:
    """A small picture smoothly enlarged by a whole number."""
    times = max(math.ceil(least / max(pixels.shape[:2])), 1)
    if times == 1:
        return pixels
    size = (pixels.shape[1] * times, pixels.shape[0] * times)
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))


def pair(shelf: Shelf, strip: Strip, target: str) -> tuple[str, str] | None:
    """Files of source and translation for the slider."""
    translation = strip.translations.get(target)
    if translation is None:
        return None
    before = picture_file(shelf, bigger(strip.source), generated=False)
    return before, picture_file(shelf, bigger(translation.picture), generated=True)


def picture_file(shelf: Shelf, pixels: np.ndarray, *, generated: bool) -> str:
    """A picture as a served file."""
    content = png(pixels, generated=generated)
    return str(shelf.cache.file(f"{digest(content)}.png", lambda: content))


def download(strip: Strip, labels: Sequence[str], made_by: Mapping[str, str]) -> bytes:
    """The strip as a PNG for a paper: labels, source framed in red, the rest marked generated. What
    is longer than ACROSS pictures goes on below; names longer than a picture are cut."""
    font, margin, under = ImageFont.load_default(14), 12, 40
    side_high, side_wide = bigger(strip.source, BIGGER).shape[:2]
    shown = [name for name in labels if name == strip.patch.label or name in strip.translations]
    rows = -(-len(shown) // ACROSS)
    width = min(len(shown), ACROSS) * (side_wide + margin) + margin
    step = side_high + under + margin
    page = Image.new("RGB", (width, rows * step + margin + 20), "white")
    pen = ImageDraw.Draw(page)
    for at, name in enumerate(shown):
        left = margin + at % ACROSS * (side_wide + margin)
        top = margin + at // ACROSS * step
        is_source = name == strip.patch.label
        pixels = strip.source if is_source else strip.translations[name].picture
        page.paste(Image.fromarray(bigger(pixels, BIGGER)), (left, top))
        letters = font_for(name, 13)
        pen.text((left, top + side_high + 4), short(name, letters, side_wide), "black", letters)
        mark = texts.MARK_SOURCE if is_source else shared.MARK_GENERATED
        pen.text((left, top + side_high + 20), mark, "#a33", font)
        if is_source:
            edge = [left - 3, top - 3, left + side_wide + 2, top + side_high + 2]
            pen.rectangle(edge, outline="#d00", width=3)
    foot = ", ".join(f"{key}: {value}" for key, value in made_by.items() if value)
    letters = font_for(foot, 13)
    foot = short(foot, letters, width - 2 * margin)
    pen.text((margin, rows * step + 4), foot, "#444444", letters)
    return png(np.asarray(page), generated=True)
