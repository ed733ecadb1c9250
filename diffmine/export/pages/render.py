"""Fills the templates: other people's words stay text, nothing is asked for, no server."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from diffmine.atlas.reader import Atlas
from diffmine.export import pictures
from diffmine.export.chosen import Entry, title
from diffmine.version import __version__
from diffmine.words import records as words
from diffmine.words.warnings import text

FOLDER = "pictures"


def document(template: str, atlas: Atlas, **values: Any) -> bytes:
    """A whole page from a template and what stands in it."""
    about = {"title": title(atlas), "manifest": atlas.manifest}
    return _templates().get_template(template).render(about | values).encode()


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("diffmine.export.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters |= {"marked": marked, "web_address": words.web_address, "warning": text}
    templates.filters["grouped"] = "{:,}".format
    templates.tests["pale"] = _pale
    templates.globals |= {
        "words": words,
        "version": __version__,
        "crop_name": crop_name,
        "image_name": image_name,
        "searched": searched,
        **{name: _asset(f"page.{ending}") for name, ending in (("style", "css"), ("script", "js"))},
        "allowed": _allowed,
    }
    return templates


def _pale(entry: Entry) -> bool:
    return words.noise(entry.patch)


def _asset(name: str) -> Markup:
    return Markup((files("diffmine.export.pages") / "templates" / name).read_text("utf-8"))


def _allowed(content: str) -> str:
    """How a page's policy names the one style or script that it lets run."""
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def marked(text: str) -> Markup:
    """A text of ours as HTML, in which ** and * mark what is strong and what is stressed."""
    strong = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", str(escape(text.strip())))
    return Markup(re.sub(r"\*(.+?)\*", r"<em>\1</em>", strong))


def link(text: str, address: str = "") -> str:
    """A text as HTML, linked where the address is one of the web."""
    return str(_templates().get_template("parts.html").module.link(text, address))  # type: ignore[attr-defined]


def crop_name(entry: Entry) -> str:
    """File of a patch, pixel for pixel."""
    return f"{FOLDER}/{pictures.name(entry.patch)}.png"


def image_name(entry: Entry) -> str:
    """File of its whole image."""
    return f"{FOLDER}/{pictures.name(entry.patch)}-image.webp"


def searched(entry: Entry) -> str:
    """The words by which the filter finds a patch."""
    patch = entry.patch
    told = (patch.label, patch.image_id, entry.element, entry.note, entry.record.get("credit"))
    return " ".join(str(text) for text in told if text).lower()
