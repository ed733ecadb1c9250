"""What others point to, opened here: a content state of IIIF as a view, annotations as a basket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from diffmine.app import texts
from diffmine.app.shelf import Shelf
from diffmine.app.texts import plurals
from diffmine.atlas.records import Patch
from diffmine.data.pointers import Pointer, read_content_state
from diffmine.errors import UsageError
from diffmine.live.pointed import Finder, Pointed

PARAMETER = "iiif-content"
"""As the Content State API 1.0 names it."""
LONGEST = 20_000
HALF = 0.5


def state_query(shelves: Mapping[str, Shelf], text: str) -> tuple[dict[str, str], str]:
    """The view that a content state means, as the parts of its link, and what is said of it; no
    parts where it points to nothing here."""
    try:
        pointer = read_content_state(text[:LONGEST])
    except UsageError as error:
        return {}, str(error)
    for key, shelf in shelves.items():
        pointed = Finder(shelf.atlas).find(pointer)
        if pointed is None:
            continue
        patch, line = pointed.patch, ""
        if patch is None:
            whole = Finder(shelf.atlas).find(Pointer(pointer.source))
            patch, line = whole.patch if whole else None, texts.NOTHING_IN_REGION
        if patch is None:
            return {}, texts.NO_PATCH_OF_IMAGE.format(image=pointed.image_id)
        return {"atlas": key, "label": patch.label, "patch": patch.patch_id}, line
    return {}, texts.NOT_HERE.format(what=pointer.source[:200])


@dataclass
class Brought:
    """What came of annotations: of each atlas the patches with the notes on them, how many parts
    meet no patch, how many are of no picture here, how many share less than half with theirs."""

    patches: dict[tuple[str, str], tuple[Patch, str]] = field(default_factory=dict)
    missed: int = 0
    elsewhere: int = 0
    loosely: int = 0

    @property
    def line(self) -> str:
        """It in words."""
        told = [texts.ANNOTATED.format(patches=plurals(len(self.patches), "patch"))]
        if self.loosely:
            told.append(texts.ANNOTATED_LOOSELY.format(count=self.loosely))
        if self.missed:
            told.append(texts.ANNOTATED_MISSED.format(count=self.missed))
        if self.elsewhere:
            told.append(texts.ANNOTATED_ELSEWHERE.format(count=self.elsewhere))
        return " ".join(told)


def brought(pointers: Sequence[Pointer], shelves: Mapping[str, Shelf], first: str) -> Brought:
    """The patches that annotations mean, looked for in the atlas `first` before the others. Of one
    patch that several mean the notes are joined."""
    order = sorted(shelves, key=lambda key: key != first)
    finders = {key: Finder(shelves[key].atlas) for key in order}
    came = Brought()
    for pointer in pointers:
        key, pointed = _first(finders, pointer)
        if pointed is None:
            came.elsewhere += 1
        elif pointed.patch is None:
            came.missed += 1
        else:
            came.loosely += pointed.box is not None and pointed.share < HALF
            _, before = came.patches.get((key, pointed.patch.patch_id), (pointed.patch, ""))
            note = pointer.note or ", ".join(pointer.tags)
            joined = "; ".join(filter(None, dict.fromkeys([before, note])))
            came.patches[key, pointed.patch.patch_id] = pointed.patch, joined
    return came


def _first(finders: Mapping[str, Finder], pointer: Pointer) -> tuple[str, Pointed | None]:
    for key, finder in finders.items():
        pointed = finder.find(pointer)
        if pointed is not None:
            return key, pointed
    return "", None
