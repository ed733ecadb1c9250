"""People's edits on other elements than those they were made on (docs/decisions/0028).

    patch of before is patch of now      same label and picture, IoU of the windows > 1/2
    element of before is element of now  Jaccard index of their patches > 1/2

Neither can be two at once, so that nothing has to be chosen. A merge needs both of its elements, a
split its element and both halves, a name its element alone, what was gathered more than half of its
patches. What an edit is about stays what it was
when it was made, however often elements are found anew: it never drifts, and what was set aside
comes back when its element does.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from diffmine.atlas.edits import LONGEST_NAME, Edit, Edits, Place, Spot, numbered, touched
from diffmine.maths.duplicates import near
from diffmine.maths.overlap import HALF, iou, jaccard

COLUMNS = ["patch_id", "label", "kind", "element", "image_id", "row", "col", "size"]
_NAMED = re.compile(r"(.*)/(\d{1,9})", re.DOTALL | re.ASCII)


class Members:
    """The patches of each element, while edits are applied one after the other."""

    def __init__(self, patches: pa.Table, labels: Iterable[str]) -> None:
        """`patches`: the columns COLUMNS of patches.parquet, and `hash`, that of the picture; only
        some labels are looked at."""
        wanted = pc.is_in(patches["label"], pa.array(sorted(set(labels)), pa.string()))
        rows = patches.filter(pc.and_(wanted, pc.equal(patches["kind"], "top"))).to_pylist()
        self.spots: dict[str, Spot] = {
            row["patch_id"]: (row["image_id"], row["row"], row["col"], row["size"], row["hash"])
            for row in rows
        }
        self.elements: dict[Place, set[str]] = defaultdict(set)
        self._of_image: dict[tuple[str, str], list[str]] = defaultdict(list)
        for row in rows:
            if row["element"] is not None:
                self.elements[row["label"], row["element"]].add(row["patch_id"])
            self._of_image[row["label"], row["image_id"]].append(row["patch_id"])

    def windows(self, names: Iterable[str]) -> tuple[Spot, ...]:
        """The windows of some patches."""
        return tuple(sorted(self.spots[name] for name in names))

    def showing(self, label: str, about: Iterable[Spot]) -> set[str]:
        """The patches of a label that are those of some windows, the nearest one of each."""
        same = set()
        for spot in about:
            shares = {
                name: share(spot, self.spots[name]) for name in self._of_image[label, spot[0]]
            }
            best = max(shares, key=shares.__getitem__, default="")
            if shares.get(best, 0.0) > HALF:
                same.add(best)
        return same

    def like(self, label: str, about: tuple[Spot, ...]) -> tuple[int, float] | None:
        """The element of a label that some windows are those of, with their Jaccard index."""
        same = self.showing(label, about)
        for (of, element), names in self.elements.items():
            index = jaccard(len(same & names), len(about), len(names))
            if of == label and index > HALF:
                return element, index
        return None

    def apply(self, edit: Edit) -> None:
        """Move patches as an edit says."""
        if edit.kind == "gather":
            names = set(edit.patches)
            for place in [place for place in self.elements if place[0] == edit.label]:
                self.elements[place] -= names
            self.elements[edit.place] |= names
        if edit.into is not None:
            source, target = self.elements[edit.place], self.elements[edit.label, edit.into]
            goes = source & set(edit.patches) if edit.kind == "split" else set(source)
            source -= goes
            target |= goes

    def about(self, edit: Edit) -> tuple[tuple[Spot, ...], ...]:
        """What an edit of the elements as they are now is about."""
        own = self.windows(self.elements[edit.place])
        if edit.kind == "merge" and edit.into is not None:
            return own, self.windows(self.elements[edit.label, edit.into])
        if edit.kind == "split":
            return own, self.windows(self.elements[edit.place] & set(edit.patches))
        return (own,)

    def unused(self, label: str) -> int:
        """A number that no element of a label has or had."""
        return max((element for of, element in self.elements if of == label), default=-1) + 1


def share(one: Spot, other: Spot) -> float:
    """IoU of two windows of images of one name; 0 when those are different pictures."""
    if one[4] is not None and other[4] is not None and not near(one[4], other[4]):
        return 0.0
    return iou(one[1:4], other[1:4])


def followed(edits: Edits, elements: str, patches: pa.Table) -> Edits:
    """The edits on the elements that are there now, whose table has the digest `elements`; those
    whose element is not there are set aside."""
    follower = _Follower(edits, patches)
    every = [follower.now(edit) for edit in edits.every]
    lost = follower.outdone(every)
    every = [replace(edit, aside=True) if edit.number in lost else edit for edit in every]
    return Edits(tuple(every), (), touched(every), elements)


class _Follower:
    def __init__(self, edits: Edits, patches: pa.Table) -> None:
        self.edits = edits
        self.patches = patches
        self.shares: dict[int, float] = {}

    @cached_property
    def members(self) -> Members:
        return Members(self.patches, {edit.label for edit in self.edits.every})

    def now(self, edit: Edit) -> Edit:
        """An edit on the elements of now; set aside where its own are not there."""
        if edit.kind == "discard" or (edit.aside and edit.number in self.edits.settled):
            return edit
        there = {
            "name": self._name,
            "merge": self._merge,
            "split": self._split,
            "gather": self._gather,
        }
        moved = there[edit.kind](edit) if edit.about else None
        if moved is None:
            return replace(edit, aside=True)
        self.members.apply(moved)
        return replace(moved, aside=False)

    def _name(self, edit: Edit) -> Edit | None:
        like = self.members.like(edit.label, edit.about[0])
        if like is None:
            return None
        self.shares[edit.number] = like[1]
        return replace(edit, element=like[0])

    def _merge(self, edit: Edit) -> Edit | None:
        both = [self.members.like(edit.label, about) for about in edit.about]
        if len(both) != 2 or both[0] is None or both[1] is None or both[0][0] == both[1][0]:
            return None
        return replace(edit, element=both[0][0], into=both[1][0])

    def _split(self, edit: Edit) -> Edit | None:
        members = self.members
        like = members.like(edit.label, edit.about[0])
        if like is None or len(edit.about) != 2:
            return None
        own = members.elements[edit.label, like[0]]
        goes = own & members.showing(edit.label, edit.about[1])
        stays = set(edit.about[0]) - set(edit.about[1])
        same = (own - goes) & members.showing(edit.label, stays)
        if (
            jaccard(len(goes), len(edit.about[1]), len(goes)) <= HALF
            or jaccard(len(same), len(stays), len(own - goes)) <= HALF
        ):
            return None
        patches, new = tuple(sorted(goes)), members.unused(edit.label)
        return replace(edit, element=like[0], into=new, patches=patches)

    def _gather(self, edit: Edit) -> Edit | None:
        members, about = self.members, edit.about[0]
        there = members.showing(edit.label, about)
        if jaccard(len(there), len(about), len(there)) <= HALF:
            return None
        new, names = members.unused(edit.label), tuple(sorted(there))
        places = members.elements.items()
        out = tuple(sorted(one for (of, one), own in places if of == edit.label and own & there))
        return replace(edit, element=new, patches=names, out=out)

    def outdone(self, every: list[Edit]) -> set[int]:
        """Of names that come to one element, as when a split did not follow and the name of its
        half goes to the whole: all but the one that shares most."""
        rivals: dict[Place, list[Edit]] = defaultdict(list)
        settled = {number for edit in every if not edit.aside for number in edit.of}
        for edit in every:
            if edit.number in self.shares and edit.number not in settled:
                rivals[edit.place].append(edit)
        best = {max(reversed(names), key=self._share).number for names in rivals.values()}
        return {edit.number for names in rivals.values() for edit in names} - best

    def _share(self, edit: Edit) -> float:
        return self.shares[edit.number]


def anchored(edits: Edits, names: Mapping[str, str], patches: pa.Table) -> Edits:
    """Edits of an older atlas, which did not say what they are about, and its names by
    `LABEL/ELEMENT`, with what they are about: `patches` are those they were made on."""
    given = [
        Edit("name", key[1], int(key[2]), text=text[:LONGEST_NAME])
        for key, text in ((_NAMED.fullmatch(key), text) for key, text in names.items())
        if key and key[0] not in edits.names
    ]
    labels = {edit.label for edit in (*given, *edits.every)}
    built, members = Members(patches, labels), Members(patches, labels)
    every: list[Edit] = []
    for edit in edits.every:
        known = edit.about or edit.aside or edit.kind == "discard"
        every.append(edit if known else replace(edit, about=members.about(edit)))
        if not edit.aside:
            members.apply(edit)
    before = [name for name in given if not members.elements[name.place]]
    after = [name for name in given if name not in before]
    named = [
        [replace(name, about=where.about(name)) for name in names]
        for names, where in ((before, built), (after, members))
    ]
    return replace(edits, every=numbered([*named[0], *every, *named[1]]), undone=())
