"""Picks which file of a theme draws which subject: writes `icons.csv`, three minutes.

    python -m demos.icons.pick

Subjects that most eras draw come first; of held-out themes nothing is taken that looks like what is
trained on.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from demos.debian import terms_of
from demos.icons.icons import ICONS_CSV, Icon
from demos.icons.render import SIDE, is_one_colour, on_grey, render, shown_box, unsure
from demos.icons.themes import CACHE, Theme, fetch, is_free, read_themes
from demos.splits import write_table
from diffmine.data.files import digest_of
from diffmine.maths.duplicates import near, picture_hash

SUBJECTS_CSV = Path(__file__).with_name("subjects.csv")
LEAST = 48
"""Pixels of the smallest icon that is taken: the nineties drew no larger ones."""
LEAST_SHOWN = 32
MOST = 250
"""Icons of one theme, so that none outweighs the others."""
_CONTEXTS = {
    "actions", "apps", "categories", "devices", "filesystems", "mimetypes", "places",
    "preferences", "status", "stock",
}  # fmt: skip
# Names of programs and their logos look alike in all eras and are their makers' marks.
_GENERIC = re.compile(
    r"(access|accessories|applications|config|graphics|help|internet|multimedia|office|"
    r"preferences|system|utilities)-|web-browser$|user-info$|file-manager$"
)
_LEFT_OUT = re.compile(r"symbolic|/legacy/|/emblems/|/emotes/|flag|rtl\b")
_SIZE = re.compile(r"/(\d+)(?:x\d+)?(@2x)?/")


def icons_of(themes: Sequence[Theme], places: Mapping[str, Path]) -> dict[str, list[Icon]]:
    """The icons of each theme by its name, in the order of their subjects: each drawing once,
    large enough, in colours, and for what is trained on under a free licence."""
    largest = {theme.theme: _largest(places[theme.theme] / theme.root) for theme in themes}
    common = Counter(name for files in largest.values() for name in files)
    return {
        theme.theme: sorted(
            _of_theme(theme, places[theme.theme], largest[theme.theme], common),
            key=lambda icon: icon.subject,
        )
        for theme in themes
    }


def _largest(root: Path) -> dict[str, Path]:
    """The largest file of each name below a theme's folder."""
    sizes: dict[str, tuple[int, Path]] = {}
    subjects = _subjects()
    for path in sorted(root.rglob("*")):
        if path.suffix not in (".svg", ".png", ".tiff") or not path.is_file():
            continue
        if _LEFT_OUT.search(f"/{path.relative_to(root)}") or not _fits(path, root):
            continue
        size = _nominal(path)
        name = subjects.get(path.stem, path.stem)
        if size >= LEAST and size > sizes.get(name, (0, path))[0]:
            sizes[name] = (size, path)
    return {name: path for name, (_, path) in sizes.items()}


def _subjects() -> dict[str, str]:
    """Subjects of the icons that were named before names were agreed on."""
    with SUBJECTS_CSV.open(newline="", encoding="utf-8") as file:
        return {row["file"]: row["subject"] for row in csv.DictReader(file)}


def _fits(path: Path, root: Path) -> bool:
    """Whether the folder of a file is one of the kinds that are taken; a theme may have none."""
    inside = path.relative_to(root).parts[:-1]
    if not inside or inside[0] in ("large", "other"):
        return True
    if "apps" in inside:
        return _GENERIC.match(path.stem) is not None
    return bool(_CONTEXTS.intersection(inside))


def _nominal(path: Path) -> int:
    """Pixels of the side that a file's folder names; of vectors without one as many as drawn."""
    named = _SIZE.search(f"{path}")
    if named:
        return int(named[1]) * (2 if named[2] else 1)
    if path.suffix == ".svg":
        return SIDE
    with Image.open(path) as picture:
        return max(picture.size)


def _of_theme(
    theme: Theme, place: Path, files: Mapping[str, Path], common: Counter[str]
) -> Iterator[Icon]:
    names: dict[str, list[str]] = defaultdict(list)
    for name, path in files.items():
        names[digest_of(path)].append(name)
    terms = terms_of(place, theme.package) if is_free(theme.licence) else None
    for same in names.values():
        subject = min(same, key=lambda name: (-common[name], name))
        path = files[subject]
        licence = terms(path).licence if terms else theme.licence
        if (theme.split == "test" or is_free(licence)) and is_drawn(path):
            yield Icon(theme, subject, str(path.relative_to(place)), licence)


def is_drawn(path: Path) -> bool:
    """Whether a file can be drawn alike on every machine, in colours, and is large enough."""
    if unsure(path):
        return False
    try:
        icon = render(path)
    except (ValueError, OSError):
        return False
    box = shown_box(icon)
    if box is None or max(box[2] - box[0], box[3] - box[1]) < LEAST_SHOWN:
        return False
    small = icon.crop(box)
    small.thumbnail((LEAST, LEAST), Image.Resampling.BOX)
    return not is_one_colour(np.asarray(small))


def picked(
    themes: Sequence[Theme], icons: Mapping[str, list[Icon]], places: Mapping[str, Path]
) -> list[Icon]:
    """MOST icons of each theme, those first whose subject most eras draw."""
    eras: dict[str, set[str]] = defaultdict(set)
    for theme in themes:
        for icon in icons[theme.theme]:
            eras[icon.subject].add(theme.era)
    chosen: dict[str, Icon] = {}
    learnt: list[int] = []
    for theme in sorted(themes, key=lambda theme: theme.split == "test"):
        own: dict[str, Icon] = {}
        for icon in sorted(
            icons[theme.theme], key=lambda icon: (-len(eras[icon.subject]), icon.key)
        ):
            shape = picture_hash(on_grey(render(places[theme.theme] / icon.file)))
            held_out = theme.split == "test"
            if len(own) == MOST or (held_out and any(near(shape, one) for one in learnt)):
                continue
            if not held_out:
                learnt.append(shape)
            own.setdefault(icon.key, icon)
        chosen |= own
    return list(chosen.values())


def main() -> None:
    """Write icons.csv anew."""
    themes, places = read_themes(), fetch(CACHE)
    chosen = picked(themes, icons_of(themes, places), places)
    rows = ((icon.theme.theme, icon.subject, icon.file, icon.licence) for icon in chosen)
    write_table(ICONS_CSV, ("theme", "subject", "file", "licence"), rows)


if __name__ == "__main__":
    main()
