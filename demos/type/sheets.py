"""The sheet docs/type-patches.png: the most typical patches of four eras, each in its letter."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

from diffmine.atlas.reader import Atlas

ERAS = ("1450", "1800", "1830", "1985")
COUNT, COLUMNS, SCALE, MARGIN = 24, 12, 2, 3


def patches_sheet(atlas: Atlas, path: Path, eras: tuple[str, ...] = ERAS) -> None:
    """Write a block for each era: its 24 best patches framed in red inside their pictures; a PNG of
    few colours, or a JPEG."""
    blocks = [_block(atlas, era) for era in eras]
    width = max(block.width for block in blocks)
    height = sum(block.height for block in blocks)
    sheet = Image.new("RGB", (width, height), "white")
    top = 0
    for block in blocks:
        sheet.paste(block, (0, top))
        top += block.height
    path.parent.mkdir(parents=True, exist_ok=True)
    (sheet if path.suffix == ".jpg" else sheet.quantize(64)).save(path, optimize=True)


def _block(atlas: Atlas, era: str) -> Image.Image:
    tiles = []
    for patch in atlas.patches(era, count=COUNT):
        tile = atlas.pictures.picture(patch.image_id)
        tile = tile.resize((tile.width * SCALE, tile.height * SCALE), Image.Resampling.BICUBIC)
        box = (patch.col, patch.row, patch.col + patch.size, patch.row + patch.size)
        pen = ImageDraw.Draw(tile)
        pen.rectangle([SCALE * edge for edge in box], outline="#d00000", width=2)
        tiles.append(tile)
    side = max(max(tile.size) for tile in tiles) + MARGIN
    rows = -(-len(tiles) // COLUMNS)
    block = Image.new("RGB", (COLUMNS * side, rows * side + 18), "white")
    ImageDraw.Draw(block).text((4, 3), era, fill="black")
    for number, tile in enumerate(tiles):
        block.paste(tile, (number % COLUMNS * side, number // COLUMNS * side + 18))
    return block
