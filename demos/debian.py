"""Packages of Debian as sources of pictures: downloaded with apt-get and unpacked, never installed.

What licence a file has is read from its package's own machine-readable copyright file (DEP 5).
Needs dpkg-deb and `pip install python-debian`.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from diffmine.data.files import digest_of

_HEAD = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n"


class Terms(NamedTuple):
    """What a package says of a file; all empty where it says nothing."""

    licence: str
    authors: str


class PackageError(RuntimeError):
    """A package could not be had, or is not the one that was meant."""


def unpacked(package: str, folder: Path, version: str = "", sha256: str = "") -> Path:
    """The files of a package below `folder`, fetched once; in this version and with this digest of
    its archive, where they are given."""
    place = folder / (f"{package}-{version.replace(':', '_')}" if version else package)
    if place.exists():
        return place
    folder.mkdir(parents=True, exist_ok=True)
    wanted = f"{package}={version}" if version else package
    ran = subprocess.run(
        ["apt-get", "download", "-q", wanted], cwd=folder, check=False, capture_output=True,
        text=True,
    )  # fmt: skip
    if ran.returncode:
        raise PackageError(f"apt-get could not download {wanted}: {ran.stderr.strip()}")
    # apt-get writes a colon of the version as %3a.
    escaped = version.replace(":", "%3a")
    [archive] = folder.glob(f"{package}_{escaped or '*'}_*.deb")
    if sha256 and (actual := digest_of(archive)) != sha256:
        raise PackageError(f"{archive.name} has the digest {actual} and not {sha256}.")
    part = Path(f"{place}.part")
    subprocess.run(["dpkg-deb", "-x", str(archive), str(part)], check=True)
    archive.unlink()
    part.rename(place)
    return place


def terms_of(place: Path, package: str) -> Callable[[Path], Terms]:
    """What the copyright file of an unpacked package says of each of its files."""
    from debian.copyright import Copyright

    text = (place / "usr/share/doc" / package / "copyright").read_text(encoding="utf-8")
    # Some begin with prose before the first stanza, which no parser takes.
    text = _HEAD + text[max(0, text.find("\nFiles:")) :]
    stanzas: list[Any] = list(Copyright(text.splitlines(True)).all_files_paragraphs())

    def terms(path: Path) -> Terms:
        inside = path.relative_to(place).parts
        names = ["/".join(inside[at:]) for at in range(len(inside))]
        names.append(f"{package.rsplit('-', 1)[-1]}/{path.name}")
        # Debian's paths are those of the source, of which a part is installed: the last stanza
        # that fits any end of the path counts, as the last one does in the format itself.
        fits = [stanza for stanza in stanzas if any(map(stanza.matches, names))]
        if not fits:
            return Terms("", "")
        authors = "; ".join(line.strip() for line in fits[-1].copyright.splitlines())
        return Terms(fits[-1].license.synopsis, authors)

    return terms
