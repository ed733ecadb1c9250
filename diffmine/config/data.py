"""How pictures are read, and which model looks at them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from diffmine.config.kinds import STRICT


@dataclass(frozen=True, config=STRICT)
class DataConfig:
    """How a labelled folder becomes the images of an atlas."""

    source: str = ""
    """How the folder is laid out: cardb, g3, chestxray, ftt, places, iiif (manifests), table, parts
    (a table in each) or folder; empty: as it looks."""
    table: str = ""
    """File in the folder that is the table of its pictures; empty: metadata.*, or the only one. Of
    an archive of films (dicomweb+https://...) a file of this machine, whose rows name UIDs."""
    sheet: str = ""
    """Sheet of a table of Excel, or configuration of a data set of the Hub; empty: the first that
    names pictures, or the one that the data set calls its default."""
    label: str = ""
    """Column of the table that holds the label; empty: `label`. Without a table folders are
    labels."""
    labels: str = ""
    """Column of the table that holds all labels of an image; empty: those of the label's column."""
    separator: str = "|"
    """What stands between several labels of one cell; empty: a cell is one label."""
    group: str = ""
    """Column that groups images which belong together (font, car model, patient); empty: none."""
    label_pattern: str = ""
    """Pattern (a regular expression of Python) by which the label stands in the name of a picture,
    as `(?P<label>\\d{4})_`; it is searched in the path within the folder, a group named `group`
    says what belongs together. Empty: names say nothing."""
    label_width: Annotated[int, Field(ge=0, le=10_000)] = 0
    """Labels are dates, and so many years make one label (10: decades, 100: centuries); 0: labels
    are as they are written."""
    label_periods: str = ""
    """Table of named periods with the columns name, from and to: labels are dates, and the periods
    that hold them are the labels, in the order of their years; empty: none."""
    label_spans: Literal["refuse", "split", "middle"] = "refuse"
    """What becomes of an image whose date spans several such labels: it is refused, gets all of
    them, or that of its middle year."""
    confounds: tuple[str, ...] = ()
    """Columns of the table that may go with the labels without belonging to them, as the ward:
    tested beside those that are known by name (camera, view, archive, ...); may be given several
    times."""
    order: str = ""
    """File with a label a line, in their order; empty: numbers and dates by size, names by the
    alphabet."""
    image_size: Annotated[int, Field(ge=0, le=2048)] = 0
    """Short side of the images as mined, in pixels, a multiple of 16; the longer side keeps the
    proportions. 0: what the base was made for (512 for Stable Diffusion 1.5); with `tiny` 64, or
    128 where the pictures have detail and this machine trains that within 7 minutes."""
    view: Annotated[int, Field(ge=0, le=8192)] | Literal["source"] = 1024
    """Long side, at most, of the copies that people look at, in pixels: whole multiples of the
    images as mined, and never larger than the picture itself; 0: none; source: made when they are
    looked at, from the files where they lie on this machine."""
    kind: Literal["auto", "time", "place", "finding", "maker", "other"] = "auto"
    """What the labels are: decides how the app shows their order. auto: time where all of them are
    dates, else other."""
    limit: Annotated[int, Field(ge=0)] = 0
    """Images taken per label, chosen by the hash of their names; 0: all."""
    title: str = ""
    """Title of the atlas; empty: the folder's name."""
    range: tuple[float, float] | None = None
    """Values shown as black and as white in pictures of 16 bits, of floats, and DICOM without a
    window; without it all but 0.5 % at each end of a sample of the data set, fixed at the first
    collect."""
    burned_in: bool = False
    """Read DICOM pictures in which a patient's name may stand too: those that say so, secondary
    captures and ultrasound."""
    iiif_size: Annotated[int, Field(ge=0, le=20_000)] = 0
    """Long side of the pictures that are asked of a IIIF server, in pixels; 0: as large as
    `image_size` and `view` need."""
    downloads: str = ""
    """Folder of what is fetched from the web; empty: `downloads` in the user's own folder of
    data."""
    fetch_limit: Annotated[float, Field(ge=0)] = 20.0
    """Gigabytes of films that one build fetches from an archive at most; 0: any number."""
    pause: Annotated[float, Field(ge=0, le=3600)] = 0.25
    """Seconds between two requests to a server."""
    again: bool = False
    """Fetch manifests and answers of archives again that were fetched before, and ask again for
    what a server lacked."""


@dataclass(frozen=True, config=STRICT)
class ModelConfig:
    """A model that is used as it is, whoever trained it."""

    model: str = ""
    """Model that is used as it is, and nothing is trained: a folder (of a whole model, a UNet, a
    training checkpoint or a LoRA), a .safetensors file, or a repository on the Hub, perhaps as
    NAME@REVISION."""
    base: str = ""
    """Model to finetune: tiny, a folder or a repository (short for --finetune.base); with --model,
    the one that the parts are taken from which that lacks."""
    prompt: str | None = None
    """Prompt that --model was trained with; `{label}` is replaced. Without it that of its
    diffmine.json or its profile."""
    null_prompt: str | None = None
    """Prompt of --model that says nothing of the label; it may be empty."""
    profile: str = ""
    """A published model whose prompts, sizes and timesteps --model has: cardb, ftt, g3, places or
    xray; alone, that model itself."""
    mirror: str = ""
    """Folder that repositories are taken from, by their names, instead of the Hub."""
    lora_scale: float = 1.0
    """How much of a LoRA is added to its base."""
