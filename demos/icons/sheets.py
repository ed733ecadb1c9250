"""The sheet docs/icons-eras.jpg: the same subjects as designers of every era drew them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from demos.icons.icons import read_icons
from demos.icons.paint import CANVAS, Chance, paint
from demos.icons.pairs import by_subject
from demos.icons.render import render
from demos.icons.themes import ERAS

TIMES, GAP, HEAD = 2, 4, 24
_EVEN = Chance(52, 0.5, 0.5, (222.0, 224.0, 228.0), (206.0, 208.0, 212.0))
SHOWN = (
    "folder", "computer", "printer", "media-floppy", "drive-harddisk", "text-x-generic",
    "image-x-generic", "audio-x-generic", "accessories-calculator", "utilities-terminal",
    "input-mouse", "x-office-address-book", "help-browser", "edit-find", "package-x-generic",
    "video-display", "mail-message-new", "text-html",
)  # fmt: skip


def eras_sheet(places: Mapping[str, Path], path: Path) -> None:
    """A column for each subject that all eras drew, of SHOWN; a row for each era. Only free
    themes, those that are trained on."""
    subjects = by_subject(read_icons())
    shown = [name for name in SHOWN if len(subjects.get(name, {})) == len(ERAS)]
    step = CANVAS * TIMES + GAP
    sheet = Image.new("RGB", (70 + step * len(shown), HEAD + step * len(ERAS)), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    for column, name in enumerate(shown):
        pen.text((72 + column * step, 3), name[:17], "#444", ImageFont.load_default(12))
        for row, era in enumerate(ERAS):
            icon = subjects[name][era]
            picture = paint(render(places[icon.theme.theme] / icon.file), _EVEN, TIMES)
            sheet.paste(picture, (70 + column * step, HEAD + row * step))
    for row, era in enumerate(ERAS):
        pen.text((6, HEAD + row * step + step // 2 - 10), era, "black", font)
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, quality=88, optimize=True)
