"""An atlas from the Hugging Face Hub: fetched once into the cache of its client, at a revision."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from diffmine.atlas.atomic import write_folder
from diffmine.atlas.health import files_of, health
from diffmine.atlas.manifest import NAME as MANIFEST
from diffmine.atlas.manifest import is_atlas
from diffmine.atlas.reader import open_atlas
from diffmine.data.hub import address_of, snapshot
from diffmine.errors import AtlasError


def fetch(name: str) -> Path:
    """The folder of an atlas of the Hub, `OWNER/NAME` or `OWNER/NAME@REVISION`, in the cache; it is
    named by the commit. Only what atlas.json names is fetched.

    Raises DataError where it cannot be had, AtlasError where it is no atlas, or not whole.
    """
    address = address_of(name if name.startswith("hf:") else f"hf://datasets/{name}", "hub")
    assert address is not None, "what is no address is an error"
    address = replace(address, folder="")
    folder = snapshot(address, address.revision or None, [MANIFEST])
    if not is_atlas(folder):
        raise AtlasError(f"{name} is no atlas: it has no {MANIFEST}.")
    folder = snapshot(address, folder.name, files_of(open_atlas(folder).manifest))
    if broken := health(open_atlas(folder)).broken:
        raise AtlasError(f"{name} is not whole on the Hub: {broken[0]} is not as it was written.")
    return folder


def pull(name: str, out: Path) -> str:
    """Write an atlas of the Hub to a new folder, whole or not at all; give the commit it is of."""
    folder = fetch(name)
    names = files_of(open_atlas(folder).manifest)
    content = ((name, (folder / name).read_bytes()) for name in names)
    write_folder(out, content, replaces=lambda path: False)
    return folder.name


__all__ = ["fetch", "pull"]
