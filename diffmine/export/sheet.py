"""How patches lie on the pages of a figure: A4, 300 dots an inch, all lengths in pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from diffmine.export.chosen import Entry
from diffmine.export.lettering import Font, font_for, lines
from diffmine.words import records as words

DPI = 300
WIDTH, HEIGHT = 2480, 3508
MARGIN, GAP = 150, 46
HEAD = 150
LABEL, TEXT, SMALL = 38, 31, 24  # sizes of letters: 9, 7.4 and 5.8 points
BLACK, GREY = "#000000", "#555555"
_MOST_NOTE, _MOST_CREDIT = 4, 3  # lines


@dataclass(frozen=True)
class Line:
    """A line of text as it is drawn."""

    text: str
    font: Font
    size: int
    colour: str
    height: int

    @property
    def ascent(self) -> int:
        """Pixels from the top of the line to its baseline."""
        return self.font.getmetrics()[0]

    @property
    def tall(self) -> int:
        """Pixels from the top of the line to the foot of its letters."""
        return sum(self.font.getmetrics())


@dataclass(frozen=True)
class Cell:
    """A numbered patch with the lines below it."""

    number: int
    entry: Entry
    caption: list[Line]


@dataclass(frozen=True)
class Grid:
    """`columns` cells of `wide` beside each other, in each a crop of `side`."""

    columns: int
    side: int

    @property
    def wide(self) -> int:
        """Width of a cell."""
        return (WIDTH - 2 * MARGIN - (self.columns - 1) * GAP) // self.columns


@dataclass(frozen=True)
class Page:
    """Rows of cells with their heights, the credits at the foot, and how the cells lie."""

    rows: list[tuple[int, list[Cell]]]
    foot: list[Line]
    grid: Grid


CROPS = Grid(columns=5, side=399)
WITH_IMAGES = Grid(columns=3, side=336)
MOST_FITTED = 60
"""So many patches, or fewer, are drawn as large as their pages allow."""
_LEAST_SIDE, _MOST_SHEETS = 240, 3  # 2 cm
_SHARE = 0.48  # of a cell's width, for the crop beside its whole image


def filled(entries: Sequence[Entry], about: str, *, images: bool) -> list[Page]:
    """Up to MOST_FITTED patches as large as the page holds all of them, or where they would be
    smaller than 2 cm, two or three pages as many each; more, or such with long notes, as `pages`.
    `images`: the whole image stands beside each."""
    usual = WITH_IMAGES if images else CROPS
    grid = _largest(entries, about, images) if len(entries) <= MOST_FITTED else None
    return pages(entries, grid or usual, about)


def _largest(entries: Sequence[Entry], about: str, images: bool) -> Grid | None:
    """The grid with the largest crops on the fewest pages; None where they would be small."""
    for sheets in range(1, _MOST_SHEETS + 1):
        share = entries[: -(-len(entries) // sheets)]
        square = round(math.sqrt(len(share) / (3 if images else 1.6)))
        grids = [
            _fitted(share, about, columns, images)
            for columns in range(max(square - 1, 1), min(square + 3, len(share)) + 1)
        ]
        best = max(grids, key=lambda grid: grid.side)
        if best.side >= _LEAST_SIDE:
            return best
    return None


def _fitted(entries: Sequence[Entry], about: str, columns: int, images: bool) -> Grid:
    """As large as so many columns fit on a page."""
    wide = Grid(columns, 0).wide
    cells = [_cell(at, entry, wide) for at, entry in enumerate(entries, 1)]
    rows = [cells[at : at + columns] for at in range(0, len(cells), columns)]
    foot = sum(line.height for line in _foot([(0, row) for row in rows], about))
    room = HEIGHT - 2 * MARGIN - HEAD - foot - sum(14 + _caption(row) + GAP for row in rows)
    most = round(_SHARE * wide) if images else wide
    return Grid(columns, min(most, room // len(rows)))


def _caption(row: Sequence[Cell]) -> int:
    return max(sum(line.height for line in cell.caption) for cell in row)


def pages(entries: Sequence[Entry], grid: Grid, about: str) -> list[Page]:
    """As many rows on each page as fit above the credits of their images, and at least one."""
    cells = [_cell(at, entry, grid.wide) for at, entry in enumerate(entries, 1)]
    finished: list[Page] = []
    rows: list[tuple[int, list[Cell]]] = []
    for at in range(0, len(cells), grid.columns):
        new = cells[at : at + grid.columns]
        grown = [*rows, (grid.side + 14 + _caption(new) + GAP, new)]
        if rows and _height(grown, about) > HEIGHT - 2 * MARGIN:
            finished.append(Page(rows, _foot(rows, about), grid))
            grown = grown[-1:]
        rows = grown
    return [*finished, Page(rows, _foot(rows, about), grid)]


def _height(rows: list[tuple[int, list[Cell]]], about: str) -> int:
    foot = sum(line.height for line in _foot(rows, about))
    return HEAD + sum(height for height, _ in rows) + foot


def written(text: str, size: int, colour: str, width: int, most: int) -> list[Line]:
    """A text in at most `most` lines of a font of `size`."""
    font = font_for(text, size)
    height = round(size * 1.32)
    return [Line(text, font, size, colour, height) for text in lines(text, font, width, most)]


def _cell(number: int, entry: Entry, wide: int) -> Cell:
    patch = entry.patch
    place = "Random patch" if patch.kind == "random" else f"{words.KINDS[patch.kind].capitalize()},"
    score = words.score(patch.typicality, patch.se)
    caption = written(f"[{number}] {patch.label}", LABEL, BLACK, wide, 2)
    caption += written(score, TEXT, BLACK, wide, 1)
    caption += written(f"{place} {words.rank(patch)}", TEXT, GREY, wide, 2)
    caption += written("Inside the noise" if words.noise(patch) else "", TEXT, GREY, wide, 1)
    caption += written(entry.element_line, TEXT, GREY, wide, 2)
    caption += written(entry.note, TEXT, BLACK, wide, _MOST_NOTE)
    return Cell(number, entry, caption)


def _foot(rows: list[tuple[int, list[Cell]]], about: str) -> list[Line]:
    """Whose the images of a page are, each credit once with the numbers of its patches."""
    whose: dict[str, list[int]] = {}
    for cell in (cell for _, cells in rows for cell in cells):
        record = cell.entry.record
        parts = (words.credit(record), str(record.get("source_url") or ""))
        whose.setdefault(", ".join(part for part in parts if part), []).append(cell.number)
    whose.pop("", None)
    texts = [f"[{numbers(them)}] {credit}" for credit, them in whose.items()]
    wide = WIDTH - 2 * MARGIN
    credits = [line for text in texts for line in written(text, SMALL, GREY, wide, _MOST_CREDIT)]
    return credits + written(about, SMALL, BLACK, wide - 200, _MOST_CREDIT)


def numbers(them: Sequence[int]) -> str:
    """`1, 4–7, 9`: rising numbers, runs of three and more drawn together."""
    runs: list[list[int]] = []
    for rank in them:
        if runs and runs[-1][-1] == rank - 1:
            runs[-1].append(rank)
        else:
            runs.append([rank])
    drawn = [f"{r[0]}–{r[-1]}" if len(r) > 2 else ", ".join(map(str, r)) for r in runs]
    return ", ".join(drawn)
