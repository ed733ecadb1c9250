"""Data sets of the Hugging Face Hub: fetched once into its cache, at a revision that is noted.

https://huggingface.co/docs/huggingface_hub/guides/hf_file_system has the form of addresses,
`hf://datasets/OWNER/NAME@REVISION/FOLDER`. HF_ENDPOINT, HF_HOME and HF_HUB_OFFLINE are heeded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from diffmine.data.card import DESCRIBED, Card, read_card
from diffmine.data.readers import suffixes
from diffmine.data.tables import endings
from diffmine.errors import DataError

_ADDRESS = re.compile(
    r"hf:/{1,2}datasets/(?P<repo>[\w.-]+/[\w.-]+)"
    r"(?:@(?P<revision>~parquet|refs/(?:convert|pr)/[\w.-]+|[^@/]+))?(?:/(?P<folder>.*))?"
)
_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_CONVERTED = "refs/convert/parquet"
"""Where the Hub keeps its own copy in Parquet of what people uploaded in another form."""


@dataclass(frozen=True)
class Address:
    """A data set of the Hub; an empty revision is the newest, an empty folder all of it."""

    repo: str
    revision: str = ""
    folder: str = ""

    def at(self, revision: str) -> str:
        """How to name it at a revision."""
        inside = f"/{self.folder}" if self.folder else ""
        return f"hf://datasets/{self.repo}@{revision}{inside}"


@dataclass(frozen=True)
class Fetched:
    """Where a data set lies now, and the commit that it is of."""

    folder: Path
    commit: str


def address_of(text: str, source: str) -> Address | None:
    """The data set that a text names, as `hf://datasets/OWNER/NAME`, or as OWNER/NAME where the
    source `hub` is asked for; None for a folder of this machine."""
    text = text.replace("\\", "/")
    match = _ADDRESS.fullmatch(text)
    if match is None:
        if text.startswith("hf:/"):
            raise DataError(f"{text} is no data set; write hf://datasets/OWNER/NAME.")
        here = source != "hub" or Path(text).exists()
        return Address(text) if not here and _NAME.fullmatch(text) else None
    revision = (match["revision"] or "").replace("%2F", "/").replace("~parquet", _CONVERTED)
    folder = (match["folder"] or "").strip("/")
    if ".." in folder.split("/"):
        raise DataError(f"{text} leaves the data set; name a folder in it.")
    return Address(match["repo"], revision, folder)


def fetch(address: Address, sheet: str = "") -> Fetched:
    """Download what a data set has of pictures, tables, Parquet and zip files, as far as it is not
    there; of several configurations the one asked for, or the default. Progress is shown by
    huggingface_hub on the error stream.

    Raises DataError, one sentence, for a data set or revision that is not there or is closed to
    you, and without a network for one that was not fetched whole before.
    """
    folder = snapshot(address, address.revision or None, list(DESCRIBED))
    card = read_card(folder)
    patterns = _patterns(address, card, sheet)
    folder = snapshot(address, folder.name, [*DESCRIBED, *patterns])
    inside = folder / address.folder
    if not inside.is_dir():
        raise DataError(
            f"{address.at(folder.name)} holds no picture, table, Parquet or zip file. If it has a "
            f"loading script, which is not run, try hf://datasets/{address.repo}@~parquet."
        )
    return Fetched(inside, folder.name)


def _patterns(address: Address, card: Card, sheet: str) -> list[str]:
    """The files that are wanted, as the Hub's client matches them."""
    config = card.config(sheet)
    if config is not None and config.files and not address.folder:
        return sorted({pattern for _, patterns in config.files for pattern in patterns})
    prefix = f"{address.folder}/" if address.folder else ""
    wanted = sorted(suffixes() | endings() | {".zip", ".txt"})
    return [f"{prefix}*{one}" for ending in wanted for one in (ending, ending.upper())]


def snapshot(address: Address, revision: str | None, patterns: list[str]) -> Path:
    """Download the files of a data set that match, into the cache of the Hub's client, and give
    their folder, whose name is the commit. Raises DataError as `fetch` does."""
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    name, host = address.repo, constants.ENDPOINT
    try:
        return Path(
            snapshot_download(name, repo_type="dataset", revision=revision, allow_patterns=patterns)
        )
    except GatedRepoError as error:
        why = f"is open to those alone who accept its terms: do so on {host}/datasets/{name}, then"
        raise DataError(f"{name} {why} log in by: hf auth login.") from error
    except RevisionNotFoundError as error:
        raise DataError(f"{name} has no revision {revision!r} on {host}.") from error
    except RepositoryNotFoundError as error:
        raise DataError(
            f"There is no data set {name} on {host}, or it is closed to you: check its name, or "
            "log in by: hf auth login."
        ) from error
    except HFValidationError as error:
        raise DataError(f"{name} is no name of a data set; write OWNER/NAME.") from error
    except LocalEntryNotFoundError as error:
        why = "HF_HUB_OFFLINE is set" if constants.HF_HUB_OFFLINE else f"{host} does not answer"
        raise DataError(
            f"{name} is not on this machine, or not whole, and {why}; fetch it once with a network."
        ) from error
    except (OSError, ValueError) as error:  # the client's own errors are of these kinds
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise DataError(f"{name} cannot be fetched from {host}: {reason}") from error
