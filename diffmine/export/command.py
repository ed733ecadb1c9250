"""diffmine export: what stands behind the command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from diffmine.atlas.atomic import write_bytes, write_folder
from diffmine.atlas.reader import Atlas, open_atlas
from diffmine.errors import UsageError
from diffmine.export.chosen import Chosen, listed

Format = Literal["csv", "parquet", "html", "figure"]
Kind = Literal["top", "random", "least"]

# How many patches of each label when nobody says: a page to look at, a figure to print.
_COUNTS = {"html": 100, "figure": 20}


def export(
    atlas: Path,
    *,
    to: Format,
    out: Path,
    label: list[str] | None = None,
    kind: Kind = "top",
    count: int | None = None,
    images: bool = False,
    force: bool = False,
) -> None:
    """Write patches of an atlas as a table, as a figure for print or as pages for a browser.

    Parameters
    ----------
    atlas
        Folder of the atlas.
    to
        csv; parquet, with the crops in it; figure, A4 pages with credits, as PNG or PDF by the
        name of OUT; html, a folder of pages that open without a server.
    out
        File to write, or for html the folder.
    label
        Labels to take, each with its own --label; all when none is given.
    kind
        Which patches: the most typical, random ones or the least typical.
    count
        How many of each label, the first by rank; default: all, for html 100, for figure 20.
    images
        Show each patch's whole image beside it (figure).
    force
        Replace what is there; for html only pages that diffmine wrote.
    """
    opened = open_atlas(atlas)
    labels = _labels(opened, label or [])
    if count is not None and count < 1:
        raise UsageError(f"--count is {count}; give at least 1.")
    if not opened.has("patches"):
        raise UsageError(f"{atlas} has no patches yet; run diffmine build on it first.")
    some = count or _COUNTS.get(to)
    if to == "html":
        _pages(opened, labels, kind, some or 1, out, force)
        return
    chosen = listed(opened, labels, kind, some)
    if not chosen:
        raise UsageError(f"{atlas} has no {kind} patches of {', '.join(labels)}.")
    _refuse_taken([out], force)
    files = _files(opened, chosen, to, out, images)
    _refuse_taken([path for path, _ in files], force)
    for path, content in files:
        write_bytes(path, content)
    print(f"{len(chosen):,} patches: {', '.join(str(path) for path, _ in files)}")


def _refuse_taken(paths: Sequence[Path], force: bool) -> None:
    for path in paths:
        if path.is_dir() or (path.exists() and not force):
            said = "is a folder; name a file" if path.is_dir() else "is there already; use --force"
            raise UsageError(f"{path} {said}, or give another --out.")


def _labels(atlas: Atlas, wanted: Sequence[str]) -> list[str]:
    for name in wanted:
        if name not in atlas.labels:
            raise UsageError(
                f"{atlas.path} has no label {name!r}; it has {', '.join(atlas.labels)}."
            )
    return [name for name in atlas.labels if name in wanted or not wanted]


def _pages(atlas: Atlas, labels: list[str], kind: Kind, count: int, out: Path, force: bool) -> None:
    from diffmine.export.html import GENERATOR
    from diffmine.export.site import site

    def ours(path: Path) -> bool:
        index = path / "index.html"
        return force and index.is_file() and GENERATOR.encode() in index.read_bytes()[:4096]

    write_folder(out, site(atlas, labels, kind, count), ours)
    print(f"{len(labels)} labels: open {out / 'index.html'}")


def _files(
    atlas: Atlas, chosen: Sequence[Chosen], to: Format, out: Path, images: bool
) -> list[tuple[Path, bytes]]:
    from diffmine.export import figure, table

    if to == "csv":
        return [(out, table.as_csv(atlas, chosen))]
    if to == "parquet":
        return [(out, table.as_parquet(atlas, chosen))]
    if out.suffix.lower() == ".pdf":
        return [(out, figure.as_pdf(atlas, chosen, images=images))]
    if out.suffix.lower() != ".png":
        raise UsageError(f"{out} is no name for a figure; let it end in .png or .pdf.")
    pages = figure.as_pngs(atlas, chosen, images=images)
    if len(pages) == 1:
        return [(out, pages[0])]
    names = [out.with_stem(f"{out.stem}-{at:02}") for at in range(1, len(pages) + 1)]
    return list(zip(names, pages, strict=True))
