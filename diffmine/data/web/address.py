"""What an address of the web looks like. (Without httpx, which takes a quarter of a second to load:
who reads folders does not wait for it.)"""

from __future__ import annotations

from urllib.parse import urlsplit

from diffmine.data.web import texts
from diffmine.data.web.errors import LastingError


def check_web(address: str) -> None:
    """Raise LastingError for what is no address of the web, and for one with a name or a password
    in it."""
    try:
        parts = urlsplit(address.strip())
        whole = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
        _ = parts.port
    except ValueError:
        whole = False
    if not whole:
        raise LastingError(texts.NOT_WEB.format(address=repr(address[:200])))
