"""diffmine export: what stands behind the command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from diffmine.atlas.atomic import sweep_beside, write_bytes, write_folder
from diffmine.atlas.manifest import is_atlas
from diffmine.atlas.reader import Atlas, open_atlas
from diffmine.errors import UsageError
from diffmine.export.chosen import listed
from diffmine.export.dicom import texts as films_texts
from diffmine.export.dicom.stow import check_address, sent
from diffmine.export.formats import FORMATS
from diffmine.export.order import File, Format, Lists, Order
from diffmine.live.originals import show_originals, why_plain
from diffmine.words import originals

Kind = Literal["top", "random", "least"]

_SHARED: dict[str, list[str]] = {}  # names that several formats share, with theirs
for _name, _form in FORMATS.items():
    if _form.also:
        _SHARED.setdefault(_form.also, []).append(_name)
_SAID = "; ".join(
    [f"{name}, {form.help}" for name, form in FORMATS.items()]
    + [f"{name}, {' or '.join(them)} by the name of OUT" for name, them in _SHARED.items()]
)
_COUNTS = ", ".join(f"{name} {form.count}" for name, form in FORMATS.items() if form.count)
To = Annotated[str, Parameter(name=("--to", "--as"), help=f"{_SAID}.")]
Count = Annotated[
    int | None,
    Parameter(help=f"How many of each label, the first by rank; default: all, but {_COUNTS}."),
]


def export(
    atlas: Path,
    *,
    to: To,
    out: Path,
    label: list[str] | None = None,
    kind: Kind = "top",
    count: Count = None,
    images: bool = False,
    force: bool = False,
    films: Path | None = None,
    identity: bool = False,
    send: str = "",
) -> None:
    """Write patches of an atlas as a table, a figure, pages for a browser, annotations or DICOM.

    Parameters
    ----------
    atlas
        Folder of the atlas.
    out
        File to write, or for html and dicom the folder.
    label
        Labels to take, each with its own --label; all when none is given.
    kind
        Which patches: the most typical, random ones or the least typical.
    images
        Show each patch's whole image beside it (figures).
    force
        Replace what is there; a folder only if diffmine wrote it.
    films
        Folder of the data set, in which the films of DICOM results lie; default: where they were
        when the atlas was collected with --data.view source.
    identity
        Let DICOM results carry who the patient is, as an archive may need to file them; without it
        they name a pseudonym.
    send
        Send the DICOM results that were written to this DICOMweb address too, by STOW.
    """
    form = _format(to, out)
    _check_of_films(form, films=films, identity=identity, send=send)
    opened = show_originals(open_atlas(atlas))
    _refuse_atlas(out)
    labels = _labels(opened, label or [])
    if count is not None and count < 1:
        raise UsageError(f"--count is {count}; give at least 1.")
    if not opened.has("patches"):
        raise UsageError(f"{atlas} has no patches yet; run diffmine build on it first.")
    some = count or form.count
    chosen = listed(opened, labels, kind, some)
    if not chosen:
        raise UsageError(f"{atlas} has no {kind} patches of {', '.join(labels)}.")
    lists = Lists(labels, kind, some or len(chosen))
    order = Order(opened, chosen, out.stem, images, lists, films, identity)
    if form.ours is None:
        _write(form, order, out, force)
    else:
        ours = form.ours
        write_folder(out, form.files(order), lambda path: force and ours(path))
        opens = f"{len(labels)} labels: open {out / f'index.{form.ending}'}"
        print(f"{form.told(out)} {out}" if form.told else opens)
    if send:
        print(sent(send, out))
    names = {opened.patch(entry.patch_id).image_id for entry in chosen}
    if not form.films and (gone := sum(bool(why_plain(opened, name)) for name in names)):
        print(originals.count(gone))


def _check_of_films(form: Format, **options: Path | bool | str | None) -> None:
    """Raise UsageError for options of films with another format, and for films that are none."""
    for name, value in options.items():
        if value and not form.films:
            raise UsageError(films_texts.ONLY_FILMS.format(option=name))
    if (folder := options["films"]) and not Path(str(folder)).is_dir():
        raise UsageError(f"{folder} is not a folder; give --films that of the films.")
    if send := options["send"]:
        check_address(str(send))


def _format(to: str, out: Path) -> Format:
    """The format of a name; of several that share it, the one with the ending of `out`."""
    named = [form for name, form in FORMATS.items() if to and to in (name, form.also)]
    if not named:
        names = ", ".join([*FORMATS, *_SHARED])
        raise UsageError(f"There is no format {to!r}. Choose from {names}.")
    fitting = [form for form in named if out.suffix.lower() == f".{form.ending}"]
    if len(named) > 1 and not fitting:
        endings = " or ".join(f".{form.ending}" for form in named)
        raise UsageError(f"{out} is no name for a {to}; let it end in {endings}.")
    return (fitting or named)[0]


def _write(form: Format, order: Order, out: Path, force: bool) -> None:
    """One file at `out`, several beside it under their own names."""
    _refuse_taken([out], force)
    files = _placed(list(form.files(order)), out)
    _refuse_taken([path for path, _ in files], force)
    for path, content in files:
        sweep_beside(path)
        write_bytes(path, content)
    print(f"{len(order.chosen):,} patches: {', '.join(str(path) for path, _ in files)}")


def _placed(files: Sequence[File], out: Path) -> list[tuple[Path, bytes]]:
    if len(files) == 1:
        return [(out, files[0][1])]
    return [(out.with_name(name), content) for name, content in files]


def _refuse_atlas(out: Path) -> None:
    """Nothing but its own writer writes in an atlas."""
    folders = (out.absolute(), *out.absolute().parents)
    atlas = next((folder for folder in folders if is_atlas(folder)), None)
    if atlas is not None:
        raise UsageError(f"{out} lies in the atlas {atlas}; give another --out.")


def _refuse_taken(paths: Sequence[Path], force: bool) -> None:
    for path in paths:
        if path.is_dir() or (path.exists() and not force):
            folder = path.is_dir()
            reason = "is a folder; name a file" if folder else "is there already; use --force"
            raise UsageError(f"{path} {reason}, or give another --out.")


def _labels(atlas: Atlas, wanted: Sequence[str]) -> list[str]:
    for name in wanted:
        if name not in atlas.labels:
            raise UsageError(
                f"{atlas.path} has no label {name!r}; it has {', '.join(atlas.labels)}."
            )
    return [name for name in atlas.labels if name in wanted or not wanted]
