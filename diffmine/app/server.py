"""Serving: this machine only unless there is a password, nothing served but the app's own cache."""

from __future__ import annotations

import errno
import ipaddress
import json
import os
import re
import socket
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import gradio as gr
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from diffmine.app import texts
from diffmine.app.cache import Cache, served
from diffmine.app.door import one_door
from diffmine.app.folder import stopped_by_signal
from diffmine.app.guard import Guard, Way
from diffmine.app.log import to_stderr
from diffmine.app.logins import Logins
from diffmine.app.uploads import MOST_BYTES
from diffmine.config import ServeConfig
from diffmine.errors import UsageError

ON_SPACE = bool(os.environ.get("SPACE_ID"))
MOST_WAITING = 64
HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
ADDRESS = re.compile(r"https?://[\w.-]+(:\d{1,5})?(/[\w./~-]*)?")
# The reader's own fonts: gradio's lacks glyphs in bold, and labels come in any script.
FONTS = (
    "-apple-system",
    "Segoe UI",
    "Roboto",
    "Helvetica Neue",
    "Noto Sans",
    "Arial",
    "sans-serif",
)


# WCAG asks for a contrast of 4.5 between letters and their ground; gradio's own colours have 3.7
# (white on its blue), 1.9 (its pale grey on white) and 4.0 (its links where it is dark).
READABLE = {
    "color_accent": "*primary_600",
    "button_primary_background_fill": "*primary_600",
    "button_primary_background_fill_dark": "*primary_600",
    "button_primary_background_fill_hover": "*primary_700",
    "button_primary_background_fill_hover_dark": "*primary_700",
    "body_text_color_subdued": "*neutral_600",
    **{f"link_text_color{state}_dark": "*primary_400" for state in ("", "_hover", "_active")},
}


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_owners(config: ServeConfig) -> bool:
    """Whether nobody but the owner of this machine can come: nobody logs in, no proxy brings
    others."""
    others = config.auth or config.proxy_user_header or config.address
    return is_loopback(config.host) and not others and not ON_SPACE


def settings(config: ServeConfig, way: Way, cache: Cache, blocked: list[Path]) -> dict[str, Any]:
    """The keyword arguments of `launch` that make it safe."""
    guard: dict[str, Any] = {"way": way, "uploads": cache.given, "cached": str(cache.folder)}
    middleware = [Middleware(Guard, **guard)]
    if is_loopback(config.host):
        allowed = ["127.0.0.1", "localhost", "[::1]"]
        allowed += [urlsplit(way.address).hostname or ""] if way.address else []
        middleware.insert(0, Middleware(TrustedHostMiddleware, allowed_hosts=allowed))
    folders = [Path.cwd(), *blocked]
    return {
        "server_name": config.host,
        "server_port": config.port,
        "auth": way.logins.right if way.logins else None,
        "root_path": way.address or None,
        "max_file_size": MOST_BYTES,
        "enable_monitoring": False,
        "run_history": False,
        "show_error": False,
        "strict_cors": True,
        "allowed_paths": [],
        "blocked_paths": [str(folder) for folder in folders if folder not in cache.folder.parents],
        "footer_links": ["settings"],
        "share": False,
        "ssr_mode": False,
        "pwa": False,
        "mcp_server": config.mcp,
        "app_kwargs": {"middleware": middleware},
        "quiet": True,
        # It has answered by then. Gradio asks for the page too, and gives up on a busy machine
        # after three seconds with advice about proxies and public links.
        "_frontend": False,
    }


def way_of(config: ServeConfig) -> Way:
    """How visitors reach the app and who they are; reads the file of logins.

    Raises UsageError, in one sentence, for what would let in strangers or cannot be meant.
    """
    header, address = config.proxy_user_header, config.address.rstrip("/")
    if header and not is_loopback(config.host):
        raise UsageError(texts.PROXY_HERE.format(host=config.host))
    if header and not HEADER.fullmatch(header):
        raise UsageError(texts.BAD_HEADER.format(name=header))
    if address and not ADDRESS.fullmatch(address):
        raise UsageError(texts.BAD_ADDRESS.format(address=config.address))
    if config.mcp:
        _check_mcp(config)
    if not is_loopback(config.host) and not config.auth and not ON_SPACE:
        raise UsageError(texts.NEEDS_LOGINS.format(host=config.host))
    frames = "'self' https://huggingface.co https://*.hf.space" if ON_SPACE else "'self'"
    space = os.environ.get("SPACE_HOST", "") if ON_SPACE else ""
    logins = Logins(Path(config.auth)) if config.auth else None
    return Way(address, f"https://{space}" if space else "", header, logins, frames, config.mcp)


def _check_mcp(config: ServeConfig) -> None:
    if config.auth:
        raise UsageError(texts.MCP_LOGINS)
    try:
        import mcp  # noqa: F401
    except ImportError as error:
        raise UsageError(texts.MCP_ABSENT) from error


def styles() -> str:
    """All style sheets of the app: the shared ones, then those of its folders."""
    app = files("diffmine.app")
    sheets = [app / "base.css", *_sheets(app / "components"), *_sheets(app / "inspector")]
    sheets += _sheets(app / "tabs")
    return "\n".join(sheet.read_text("utf-8") for sheet in sheets)


def _sheets(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _sheets(entry)
        elif entry.name.endswith(".css"):
            yield entry


def scripts() -> str:
    """What runs in the page before anything is drawn."""
    folder = files("diffmine.app") / "components" / "page"
    code = [
        (folder / name).read_text("utf-8")
        for name in ("linked.js", "history.js", "held.js", "told.js")
    ]
    return f"const TOLD = {json.dumps(texts.NO_ANSWER)};\n" + "\n".join(code)


def looks() -> dict[str, Any]:
    """The keyword arguments of `launch` for how the page looks."""
    theme = gr.themes.Default(
        font=[gr.themes.Font(name) for name in FONTS],
        primary_hue=gr.themes.colors.blue,
        neutral_hue=gr.themes.colors.zinc,
        spacing_size=gr.themes.sizes.spacing_sm,
        radius_size=gr.themes.sizes.radius_sm,
    ).set(**READABLE)
    return {
        "theme": theme,
        "css": styles(),
        "head": f"<script>{scripts()}</script>",
    }


def serve(
    blocks: gr.Blocks, config: ServeConfig | None = None, *, block: bool = True, **options: Any
) -> str:
    """Serve the app and give its address; with `block`, serve until Ctrl-C or SIGTERM.

    `options` are fields of ServeConfig. Raises UsageError when others could reach it without a
    login, or the port is taken.
    """
    config = replace(config or ServeConfig(), **options)
    way = way_of(config)
    _refuse_taken(config.host, config.port)
    if desk := getattr(blocks, "diffmine_desk", None):
        desk.owners = is_owners(config)
    cache = served()
    cache.publish()
    to_stderr()
    one_door(blocks)
    blocks.queue(max_size=MOST_WAITING, default_concurrency_limit=8)
    blocked = list(getattr(blocks, "diffmine_folders", []))
    with stopped_by_signal() if block else nullcontext():
        try:
            _, address, _ = blocks.launch(
                prevent_thread_lock=True, **settings(config, way, cache, blocked), **looks()
            )
        except OSError as error:
            raise UsageError(f"{config.host}:{config.port} cannot be served: {error}.") from error
        cache.given.watch(Event())
        print(f"diffmine is at {way.address or address} (Ctrl-C stops it)", flush=True)
        if block:
            blocks.block_thread()
    return str(address)


def _refuse_taken(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise UsageError(
                    f"Port {port} on {host} is taken; stop what runs there or give another port."
                ) from error
            raise UsageError(f"{host}:{port} cannot be served: {error.strerror}.") from error
