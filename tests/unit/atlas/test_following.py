"""Names, merges and splits after elements were found anew: with their patches, or set aside."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from diffmine.atlas import schemas
from diffmine.atlas.editing import discard, gather, merge, place, redo, rename, split, undo
from diffmine.atlas.edits import NAME, read_edits
from diffmine.atlas.manifest import Manifest
from diffmine.atlas.reader import open_atlas
from diffmine.atlas.writer import Workspace, create_workspace, open_workspace
from diffmine.config import ClusterConfig
from diffmine.errors import UsageError
from diffmine.maths.overlap import iou, jaccard

LABELS = ("a", "b")
IMAGES, WINDOWS, SIDE = 12, 4, 8
Row = dict[str, Any]
Group = Callable[[Row], int | None]


def quarter(row: Row) -> int:
    """Four elements of twelve patches: by the place in the image."""
    return int(row["col"] // SIDE) % 4


def patch_rows(shift: int = 0, prefix: str = "") -> list[Row]:
    """Four windows side by side in each of twelve images of each label."""
    plain = dict.fromkeys(schemas.PATCHES.names)
    return [
        plain
        | {
            "patch_id": f"{prefix}{label}-top-{at:04d}",
            "label": label,
            "kind": "top",
            "rank": at + 1,
        }
        | {
            "image_id": f"{at // WINDOWS}.png",
            "row": shift,
            "col": at % WINDOWS * SIDE,
            "size": SIDE,
        }
        | {"typicality": 1 - at / 100, "se": 0.01, "noise": False, "distance": 0.1}
        for label in LABELS
        for at in range(IMAGES * WINDOWS)
    ]


def element_rows(rows: list[Row], seed: int) -> list[Row]:
    places = sorted({(r["label"], r["element"]) for r in rows if r["element"] is not None})
    size = {place: sum((r["label"], r["element"]) == place for r in rows) for place in places}
    return [
        {"label": label, "element": one, "rank": one + 1, "median": 0.5, "size": size[label, one]}
        | {"spread": 0.1 + seed, "mixed": False, "name": ""}
        for label, one in places
    ]


def cluster(atlas: Workspace, group: Group, seed: int, rows: list[Row] | None = None) -> Any:
    """What the stage does to the files: elements found anew, perhaps on patches mined anew."""
    with atlas.hold():
        if rows is not None:
            atlas.drop("mine")
            atlas.write("patches.parquet", rows, schemas.PATCHES)
        assert atlas.begin("cluster", ClusterConfig(seed=seed))
        rows = pq.read_table(atlas.path / "patches.parquet").to_pylist()
        rows = [row | {"element": group(row)} for row in rows]
        atlas.write("patches.parquet", rows, schemas.PATCHES)
        atlas.write("elements.parquet", element_rows(rows, seed), schemas.ELEMENTS)
        figures = atlas.follow_edits()
        atlas.end("cluster")
    return figures


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "atlas"
    atlas = create_workspace(folder, Manifest(title="squares", labels=list(LABELS)))
    features = [
        {"patch_id": row["patch_id"], "feature": np.eye(8, dtype=np.float16)[at % 8]}
        for at, row in enumerate(patch_rows())
    ]
    cluster(atlas, quarter, 0, patch_rows())
    atlas.write("features/part-00000.parquet", features, schemas.FEATURES)
    return folder


@pytest.fixture
def atlas(made: Path, tmp_path: Path) -> Workspace:
    return open_workspace(shutil.copytree(made, tmp_path / "atlas"))


def members(atlas: Any, element: int, label: str = "a") -> set[tuple[str, int]]:
    return {(patch.image_id, patch.col) for patch in atlas.element(label, element)}


def waiting(atlas: Any) -> list[tuple[str, str]]:
    return [(edit.kind, edit.text) for edit in atlas.edits.waiting]


def turned(row: Row) -> int:
    """The same elements under other numbers."""
    return (quarter(row) + 1) % 4


def by_image(row: Row) -> int:
    """Elements that have a quarter in common with each of before."""
    return int(row["image_id"].removesuffix(".png")) % 4


def test_windows_and_sets_share() -> None:
    assert iou((0, 0, 8), (0, 0, 8)) == 1
    assert iou((0, 0, 8), (4, 0, 8)) == pytest.approx(1 / 3)
    assert iou((0, 0, 8), (2, 2, 4)) == 0.25
    assert iou((0, 0, 8), (0, 9, 8)) == iou((0, 0, 8), (9, 9, 8)) == 0
    assert (jaccard(2, 3, 3), jaccard(0, 3, 0), jaccard(0, 0, 0)) == (0.5, 0, 0)


def test_names_go_with_their_patches(atlas: Workspace) -> None:
    for element, name in enumerate(("wheel", "lamp")):
        rename(atlas, "a", element, name)
    rename(atlas, "b", 0, "door")
    before = [members(atlas, 0), members(atlas, 1)]
    assert cluster(atlas, turned, 1) == {"names and edits that went along": 3}
    for opened in (atlas, open_atlas(atlas.path)):
        assert opened.names == {"a/1": "wheel", "a/2": "lamp", "b/1": "door"}
        assert [members(opened, 1), members(opened, 2)] == before
    assert undo(atlas).text == "door"
    assert atlas.names == {"a/1": "wheel", "a/2": "lamp"}
    assert redo(atlas).element == 1


def test_a_name_without_its_element_is_set_aside_and_comes_back(atlas: Workspace) -> None:
    rename(atlas, "a", 0, "wheel")
    assert cluster(atlas, by_image, 1) == {"set aside": 1}
    assert atlas.names == {}
    assert waiting(open_workspace(atlas.path)) == [("name", "wheel")]
    with pytest.raises(UsageError, match="no edits"):  # what does not apply is not taken back
        undo(atlas)
    assert cluster(atlas, turned, 2) == {"names and edits that went along": 1}
    assert (atlas.names, waiting(atlas)) == ({"a/1": "wheel"}, [])


def test_a_bare_majority_follows_and_a_half_does_not(atlas: Workspace) -> None:
    """The element of twelve patches keeps nine of sixteen, then eight of sixteen."""
    rename(atlas, "a", 0, "wheel")

    def lent(count: int) -> Group:
        def group(row: Row) -> int:
            image = int(row["image_id"].removesuffix(".png"))
            if row["col"] == 0:
                return 0 if image < count else 3
            return 0 if row["col"] == SIDE and image < 4 else quarter(row)

        return group

    cluster(atlas, lent(9), 1)  # 9 / (12 + 13 - 9) > 1/2
    assert atlas.names == {"a/0": "wheel"}
    cluster(atlas, lent(8), 2)  # 8 / (12 + 12 - 8) = 1/2
    assert (atlas.names, waiting(atlas)) == ({}, [("name", "wheel")])


def test_what_waits_is_put_somewhere_or_discarded_and_that_is_taken_back(atlas: Workspace) -> None:
    rename(atlas, "a", 0, "wheel")
    rename(atlas, "a", 1, "lamp")
    rename(atlas, "a", 1, "light")
    merge(atlas, "b", 1, 2)
    assert cluster(atlas, by_image, 1) == {"set aside": 3}
    assert waiting(atlas) == [("name", "wheel"), ("name", "light"), ("merge", "")]
    wheel, light, merged = (edit.number for edit in atlas.edits.waiting)
    place(atlas, wheel, "a", 3)
    discard(atlas, light)
    discard(atlas, merged)
    assert (atlas.names, waiting(open_workspace(atlas.path))) == ({"a/3": "wheel"}, [])
    for number in (wheel, 99):
        with pytest.raises(UsageError, match="Nothing waits"):
            place(atlas, number, "a", 3)
    assert [undo(atlas).kind for _ in range(3)] == ["discard", "discard", "name"]
    assert waiting(atlas) == [("name", "wheel"), ("name", "light"), ("merge", "")]
    with pytest.raises(UsageError, match="do it again"):
        place(atlas, merged, "a", 3)
    assert [redo(atlas).kind for _ in range(3)] == ["name", "discard", "discard"]
    assert atlas.names == {"a/3": "wheel"}
    cluster(atlas, quarter, 2)  # where all elements are as they first were
    assert atlas.names == {}
    assert waiting(atlas) == [("name", "wheel")]  # of the element it was put on


def test_merges_and_splits_go_along_or_wait(atlas: Workspace) -> None:
    merge(atlas, "a", 1, 0)
    new = split(atlas, "a", 2)
    rename(atlas, "a", new, "half")
    rename(atlas, "a", 0, "both")
    both, half = members(atlas, 0), members(atlas, new)
    assert cluster(atlas, turned, 1) == {"names and edits that went along": 4}
    assert members(atlas, 1) == both
    element_of = {name: int(place.partition("/")[2]) for place, name in atlas.names.items()}
    assert (members(atlas, element_of["both"]), members(atlas, element_of["half"])) == (both, half)
    assert len(atlas.table("elements")) == 8 - 1 + 1
    assert undo(atlas).text == "both"
    assert [undo(atlas).kind for _ in range(3)] == ["name", "split", "merge"]
    assert members(atlas, 1) == {spot for spot in both if spot[1] == 0}
    for _ in range(4):
        redo(atlas)
    assert cluster(atlas, by_image, 2) == {"set aside": 4}
    assert len(atlas.table("elements")) == 8
    assert atlas.edits.changed == []


def test_what_was_gathered_goes_along_with_its_patches_or_waits(atlas: Workspace) -> None:
    """However elements are found anew: it was no element of theirs."""
    names = [f"a-top-{at:04d}" for at in (0, 1, 2, 5, 8, 13)]
    new = gather(atlas, "a", [*names, "b-top-0001"], "fins")
    (edit,) = atlas.edits.in_force
    assert (edit.out, edit.patches) == ((0, 1, 2), tuple(names))
    assert {patch.patch_id for patch in atlas.element("a", new)} == set(names)
    cluster(atlas, by_image, 2)
    (edit,) = atlas.edits.in_force
    assert {patch.patch_id for patch in atlas.element("a", edit.element)} == set(names)
    assert atlas.names[f"a/{edit.element}"] == "fins"
    assert edit.element not in edit.out
    rename(atlas, "a", edit.element, "tail fins")
    assert atlas.names[f"a/{edit.element}"] == "tail fins"
    cluster(atlas, quarter, 3)
    assert [atlas.names[f"a/{e.element}"] for e in atlas.edits.in_force] == ["tail fins"] * 2
    cluster(atlas, quarter, 4, patch_rows(shift=SIDE))
    assert [kind for kind, _ in waiting(atlas)] == ["gather", "name"]
    with pytest.raises(UsageError, match="it takes 2"):
        gather(atlas, "a", ["a-top-0001", "b-top-0001", "no patch"], "fins")
    with pytest.raises(UsageError, match="a name"):
        gather(atlas, "a", names, " ")


def test_the_name_of_a_half_does_not_take_the_place_of_the_whole_s(atlas: Workspace) -> None:
    """The split does not follow, and its larger half has most of the whole: the nearer one wins."""
    rename(atlas, "a", 0, "whole")
    table = atlas.built_patches().to_pylist()
    large = [r for r in table if r["label"] == "a" and r["element"] == 0][:8]
    new = split(atlas, "a", 0)
    rename(atlas, "a", new, "half")
    edits = atlas.edits
    spots = tuple((r["image_id"], r["row"], r["col"], r["size"], None) for r in large)
    first, parted, named = edits.every
    parted = replace(parted, about=((parted.about[0]), (("9.png", 99, 99, 8, None),)))
    with atlas.hold_edits():
        atlas.keep_edits(replace(edits, every=(first, parted, replace(named, about=(spots,)))))
    cluster(atlas, turned, 1)
    assert atlas.names == {"a/1": "whole"}
    assert waiting(atlas) == [("split", ""), ("name", "half")]


def test_names_find_their_patches_after_another_mining(atlas: Workspace) -> None:
    """Windows two pixels lower under other names; then so far off that they are others."""
    rename(atlas, "a", 2, "wheel")
    before = members(atlas, 2)
    assert cluster(atlas, turned, 1, patch_rows(2, "new-")) == {
        "names and edits that went along": 1
    }
    assert members(atlas, 3) == before
    assert atlas.names == {"a/3": "wheel"}
    assert cluster(atlas, turned, 2, patch_rows(4, "far-")) == {"set aside": 1}
    assert atlas.names == {}


def test_another_picture_of_the_same_name_is_another(atlas: Workspace) -> None:
    """Another data set in the place of the first; before, its pictures were written a bit anew."""

    def pictures(flipped: int) -> None:
        rows = [
            dict.fromkeys(schemas.IMAGES.names)
            | {"image_id": f"{at}.png", "label": "a", "hash": (at * 987_654_321) ^ flipped}
            for at in range(IMAGES)
        ]
        atlas.write("images.parquet", rows, schemas.IMAGES)

    pictures(0)
    rename(atlas, "a", 0, "wheel")
    pictures(0b111)
    assert cluster(atlas, turned, 1) == {"names and edits that went along": 1}
    pictures(-1)
    assert cluster(atlas, quarter, 2) == {"set aside": 1}
    assert atlas.names == {}


def test_names_and_merges_of_an_older_atlas_go_along(atlas: Workspace) -> None:
    """Names in atlas.json, and an edits.json that does not say what its edits are about."""
    atlas.manifest.names = {"a/1": "ended", "a/0": "wheel", "x": "?", "b/x": "?"}
    atlas.save()
    digest = atlas.elements_digest
    (atlas.path / NAME).write_text(
        f'{{"format": 1, "elements": "{digest}", "touched": [["a", 0], ["a", 1]], "edits":'
        ' [{"kind": "merge", "label": "a", "element": 1, "into": 0}]}'
    )
    older = open_workspace(atlas.path)
    both = members(older, 0)
    assert len(both) == 24
    assert cluster(older, turned, 1) == {"names and edits that went along": 3}
    assert (older.names, members(older, 1)) == ({"a/1": "wheel", "a/2": "ended"}, both)
    assert older.manifest.names == {}
    assert older.finished(NAME)


def test_an_edits_file_of_other_elements_is_set_aside(atlas: Workspace) -> None:
    (atlas.path / NAME).write_text(
        '{"format": 1, "elements": "00", "touched": [],'
        ' "edits": [{"kind": "merge", "label": "a", "element": 1, "into": 0}]}'
    )
    assert waiting(open_atlas(atlas.path)) == [("merge", "")]
    assert len(members(atlas, 0)) == 12


class Killed(BaseException):
    """As kill -9 would: nothing is done after it."""


@contextmanager
def dying(moment: int) -> Iterator[list[bool]]:
    """Inside, the process dies before the `moment`-th rename of a file; whether it did."""
    plain, left, died = os.replace, moment, []

    def replaced(*names: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed
        plain(*names)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "replace", replaced)
        try:
            yield died
        except Killed:
            died.append(True)


def test_no_moment_loses_a_name(atlas: Workspace, tmp_path: Path) -> None:
    """Killed before each rename in turn while elements are found anew: with the edits of an older
    version, and at every third moment with those of this one."""
    rename(atlas, "a", 0, "wheel")
    merge(atlas, "b", 1, 0)
    wheel, both, moments = members(atlas, 0), members(atlas, 0, "b"), 0
    for older, step in ((False, 3), (True, 1)):
        if older:
            (atlas.path / NAME).unlink()
            merge(atlas, "b", 1, 0)
            atlas.manifest.names = {"a/0": "wheel"}
            atlas.save()
        for moment in range(1, 99, step):
            copy = shutil.copytree(atlas.path, tmp_path / f"{older}-{moment}")
            with dying(moment) as died:
                cluster(open_workspace(copy), turned, 1, patch_rows(1, "new-"))
            again = open_workspace(copy)
            told = {edit.text for edit in read_edits(copy / NAME).every}
            assert "wheel" in told | set(again.manifest.names.values())
            moments += len(died)
            if not (again.fresh("cluster") and again.configured(ClusterConfig).seed == 1):
                cluster(again, turned, 1, patch_rows(1, "new-"))
            assert again.names == {"a/1": "wheel"}
            assert (members(again, 1), members(again, 1, "b")) == (wheel, both)
            assert all(map(again.finished, again.manifest.artefacts))
            if not died:
                break
    assert moments > 15


def test_no_moment_of_an_edit_breaks_the_file(atlas: Workspace, tmp_path: Path) -> None:
    """Killed while it is written: the edit is there or not, and the next to write the atlas notes
    what was written and not noted."""
    for moment in range(1, 9):
        copy = shutil.copytree(atlas.path, tmp_path / str(moment))
        with dying(moment) as died:
            rename(open_workspace(copy), "a", 0, "wheel")
        again = open_workspace(copy)
        with again.hold():
            pass
        assert again.names in ({}, {"a/0": "wheel"})
        assert all(map(again.finished, again.manifest.artefacts))
        if not died:
            break
    assert again.names == {"a/0": "wheel"}
    assert moment > 2


def test_a_file_that_was_removed_is_no_fault(atlas: Workspace) -> None:
    rename(atlas, "a", 0, "wheel")
    (atlas.path / NAME).unlink()
    with atlas.hold():
        pass
    assert NAME not in open_workspace(atlas.path).manifest.artefacts
    assert atlas.names == {}
