"""How the app is served."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from diffmine.config.kinds import STRICT


@dataclass(frozen=True, config=STRICT)
class ServeConfig:
    """How the app is served, and to whom."""

    host: str = "127.0.0.1"
    """Address to listen on; one that others can reach needs `auth`."""
    port: Annotated[int, Field(ge=0, le=65535)] = 7860
    """Port to listen on."""
    auth: str = ""
    """File of those who may log in, written by `diffmine user`; empty: nobody has to."""
    proxy_user_header: str = ""
    """Header in which a reverse proxy on this machine names the user (`X-Remote-User`), who is
    taken at its word; empty: none."""
    address: str = ""
    """Address under which visitors reach it through a reverse proxy, as
    `https://atlas.example.org/diffmine`; empty: the one it listens on."""
    mcp: bool = False
    """Offer agents the questions that programs may ask as tools, at `/gradio_api/mcp/` (extra
    `mcp`)."""
