"""Serving: this machine only unless there is a password, nothing served but the app's own cache."""

from __future__ import annotations

import errno
import ipaddress
import os
import re
import socket
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import gradio as gr
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from diffmine.app import texts
from diffmine.app.cache import Cache, served
from diffmine.app.view import Refused
from diffmine.errors import UsageError

ON_SPACE = bool(os.environ.get("SPACE_ID"))
MOST_WAITING = 64
# gradio compiles its templates in the browser, hence 'unsafe-eval'; nothing foreign is allowed.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors {frames}"
)


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


# gradio fetches a web address given as a file's name, or by its proxy; nothing here needs either.
FETCHES = re.compile(r"/(file=\s*[a-z][a-z0-9+.-]+:|proxy=)", re.IGNORECASE)


class Guard:
    """Refuses to fetch, adds the security headers, lets the browser keep what never changes."""

    def __init__(self, app: ASGIApp, frames: str, cached: str) -> None:
        self.app = app
        self.policy = POLICY.format(frames=frames)
        self.cached = cached

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http" and FETCHES.search(unquote(scope["path"])):
            await PlainTextResponse("Not here.", 403)(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = self.policy
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                if message["status"] == 200 and self.cached in scope.get("path", ""):
                    headers["Cache-Control"] = "private, max-age=31536000, immutable"
            await send(message)

        await self.app(scope, receive, with_headers)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def settings(host: str, cache: Cache, blocked: list[Path]) -> dict[str, Any]:
    """The keyword arguments of `launch` that make it safe."""
    frames = "'self' https://huggingface.co https://*.hf.space" if ON_SPACE else "'self'"
    middleware = [Middleware(Guard, frames=frames, cached=str(cache.folder))]
    if is_loopback(host):
        allowed = ["127.0.0.1", "localhost", "[::1]"]
        middleware.insert(0, Middleware(TrustedHostMiddleware, allowed_hosts=allowed))
    folders = [Path.cwd(), *blocked]
    return {
        "server_name": host,
        "max_file_size": "20mb",
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
        "mcp_server": False,
        "app_kwargs": {"middleware": middleware},
        "quiet": True,
    }


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


def looks() -> dict[str, Any]:
    """The keyword arguments of `launch` for how the page looks."""
    theme = gr.themes.Default(
        font=[gr.themes.Font(name) for name in FONTS],
        primary_hue=gr.themes.colors.blue,
        neutral_hue=gr.themes.colors.zinc,
        spacing_size=gr.themes.sizes.spacing_sm,
        radius_size=gr.themes.sizes.radius_sm,
    ).set(**READABLE)
    linked = (files("diffmine.app") / "components" / "page" / "linked.js").read_text("utf-8")
    return {
        "theme": theme,
        "css": styles(),
        "head": f"<script>{linked}</script>",
    }


def refuse_plainly(blocks: gr.Blocks) -> None:
    """One short message for values that an event's inputs cannot have. gradio answers with what
    each component says of them, repeats them in it, and prints a traceback: a log that any visitor
    can fill."""
    read = blocks.preprocess_data

    async def preprocess_data(*values: Any, **how: Any) -> Any:
        try:
            return await read(*values, **how)
        except Exception as error:  # from any component; what a handler raises is not caught here
            raise Refused(texts.NOT_READ) from error

    blocks.preprocess_data = preprocess_data  # type: ignore[method-assign]


def serve(
    blocks: gr.Blocks,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    auth: tuple[str, str] | None = None,
    block: bool = True,
) -> str:
    """Serve the app and give its address; with `block`, serve until Ctrl-C.

    Raises UsageError when others could reach it without a password, or the port is taken.
    """
    if not is_loopback(host) and auth is None and not ON_SPACE:
        raise UsageError(
            f"{host} can be reached from other machines; give a user and a password (auth), "
            f"or serve on 127.0.0.1."
        )
    _refuse_taken(host, port)
    cache = served()
    cache.publish()
    refuse_plainly(blocks)
    blocks.queue(max_size=MOST_WAITING, default_concurrency_limit=8)
    blocked = list(getattr(blocks, "diffmine_folders", []))
    try:
        _, address, _ = blocks.launch(
            server_port=port,
            auth=auth,
            prevent_thread_lock=True,
            **settings(host, cache, blocked),
            **looks(),
        )
    except OSError as error:
        raise UsageError(f"{host}:{port} cannot be served: {error}.") from error
    print(f"diffmine is at {address} (Ctrl-C stops it)", flush=True)
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
