"""What stands before gradio: which requests reach it, from whom, and how large.

    own host -> a path this app has -> own page -> known user -> size and quota -> gradio

Whatever is refused costs one short answer and one short line of the log.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from diffmine.app import texts
from diffmine.app.log import log
from diffmine.app.logins import PAUSE, Logins, Tries
from diffmine.app.uploads import MOST_BYTES, VISITOR_FILES, Uploads

# gradio compiles its templates in the browser, hence 'unsafe-eval'; nothing foreign is allowed.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors {frames}"
)
# gradio fetches a web address given as a file's name, or by its proxy; nothing here needs either.
FETCHES = re.compile(r"/(file=\s*[a-z][a-z0-9+.-]+:|proxy=)", re.IGNORECASE)
# What a page and gradio_client ask for. gradio has more: recordings, links that it writes to the
# disk, histories. Nobody here needs them.
OPEN = re.compile(
    r"/?|/(config|login|logout|theme\.css|favicon\.ico|robots\.txt|manifest\.json)/?"
    r"|/(assets|static|svelte)/.*"
    r"|/gradio_api/(startup-events|app_id|user|login_check)/?"
)
KNOWN = re.compile(
    r"/gradio_api/(info|heartbeat/[^/]+|queue/(join|data|status)|(run|api|call)/[^/]+(/[^/]+)?"
    r"|cancel|reset|upload|upload_progress|component_server|file=.*)/?"
)
AGENTS = re.compile(r"/gradio_api/mcp/?")
UPLOAD, LOGIN, HEARTBEAT = "/gradio_api/upload", "/login", "/gradio_api/heartbeat/"
ASKS = ("GET", "HEAD", "OPTIONS", "POST")
MOST_JSON = 2**20
_ENVELOPE = 2**16
"""What a form adds to the bytes of its files."""
_MALFORMED, _TOO_LARGE = (400, 422), 413
_USER = re.compile(r"[^\x00-\x20\x7f]{1,256}")


@dataclass(frozen=True)
class Way:
    """How visitors reach the app: the address they see (empty: the one it listens on), another one
    whose pages are the app's own (a Space's), the header by which a proxy names them, or the file
    of their logins; `frames`: who may frame the page; `agents`: whether they have tools here."""

    address: str = ""
    also: str = ""
    user_header: str = ""
    logins: Logins | None = None
    frames: str = "'self'"
    agents: bool = False

    def own(self, origin: str, host: str) -> bool:
        """Whether a page of that origin is this app's."""
        known = [_origin(address) for address in (self.address, self.also) if address]
        if origin.lower() in known:
            return True
        return bool(host) and urlsplit(origin).netloc.lower() == host.lower()


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()


class _Refused(Exception):
    """Ends a request with a status and a sentence."""

    def __init__(self, status: int, text: str, why: str) -> None:
        self.status, self.text, self.why = status, text, why


@dataclass
class _Asked:
    """One request: what is known of it so far."""

    path: str
    method: str
    headers: Headers
    address: str
    user: str = ""
    began: bool = False
    uploaded: bytearray = field(default_factory=bytearray)
    start: Message | None = None

    @property
    def who(self) -> str:
        """The user, else the address."""
        return self.user or self.address


class Guard:
    """Refuses what is not meant for the app, adds the security headers, lets the browser keep what
    never changes."""

    def __init__(self, app: ASGIApp, way: Way, uploads: Uploads, cached: str) -> None:
        self.app = app
        self.way = way
        self.uploads = uploads
        self.policy = POLICY.format(frames=way.frames)
        self.cached = cached
        self.tries = Tries()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        client = scope.get("client") or ("", 0)
        path, headers = scope["path"], Headers(scope=scope)
        asked = _Asked(path, scope["method"], headers, str(client[0]))
        sending = self._sending(asked, send)
        try:
            self._check(asked, scope)
            await self._pass(asked, scope, receive, sending)
        except Exception as error:
            refused = _refusal(error, asked)
            log.refused(refused.why, asked.who) if refused.why else None
            if not asked.began:
                answer = JSONResponse({"error": refused.text}, refused.status)
                await answer(scope, receive, self._with_headers(asked, send))

    def _check(self, asked: _Asked, scope: Scope) -> None:
        """Whether a request may pass; sets its user."""
        asked.user = self._user(asked, scope)
        if FETCHES.search(unquote(asked.path)):
            raise _Refused(403, texts.NOT_HERE, texts.LOG_FETCH)
        public = OPEN.fullmatch(asked.path) is not None
        agent = self.way.agents and AGENTS.fullmatch(asked.path)
        if asked.method not in ASKS or not (public or agent or KNOWN.fullmatch(asked.path)):
            raise _Refused(404, texts.NOT_HERE, texts.LOG_PATH)
        self._check_origin(asked)
        if self.way.user_header and not asked.user and not asked.path.endswith("startup-events"):
            raise _Refused(401, texts.NO_USER, texts.LOG_NO_USER)
        if self.way.logins is not None and not asked.user and not public:
            raise _Refused(401, texts.LOG_IN_FIRST, texts.LOG_NO_USER)

    def _check_origin(self, asked: _Asked) -> None:
        """A browser says which page asks; programs say nothing, and foreign pages cannot."""
        origin = asked.headers.get("origin")
        foreign = origin is not None and not self.way.own(origin, asked.headers.get("host", ""))
        site = asked.headers.get("sec-fetch-site", "none")
        posted = asked.method == "POST" and origin is None
        if foreign or (posted and site not in ("same-origin", "none")):
            raise _Refused(403, texts.FOREIGN_PAGE, texts.LOG_ORIGIN)

    def _user(self, asked: _Asked, scope: Scope) -> str:
        if self.way.user_header:
            name = asked.headers.get(self.way.user_header, "")
            return name if _USER.fullmatch(name) else ""
        if self.way.logins is None:
            return ""
        gradio = scope["app"]
        cookies = cookie_parser(asked.headers.get("cookie", ""))
        names = (f"access-token-{gradio.cookie_id}", f"access-token-unsecure-{gradio.cookie_id}")
        tokens = [cookies[name] for name in names if name in cookies]
        user = next((gradio.tokens[one] for one in tokens if one in gradio.tokens), "")
        return user if user in self.way.logins else ""

    async def _pass(self, asked: _Asked, scope: Scope, receive: Receive, send: Send) -> None:
        posted, visitor = asked.method == "POST", asked.who
        if posted and asked.path.rstrip("/") == UPLOAD:
            await self._upload(asked, scope, receive, send)
        elif posted and asked.path.rstrip("/") == LOGIN:
            await self._log_in(asked, scope, _limited(receive, asked, MOST_JSON), send)
        elif asked.path.startswith(HEARTBEAT):
            self.uploads.opened(visitor)
            try:
                await self.app(scope, receive, send)
            finally:
                self.uploads.closed(visitor)
        else:
            await self.app(scope, _limited(receive, asked, MOST_JSON), send)

    async def _log_in(self, asked: _Asked, scope: Scope, receive: Receive, send: Send) -> None:
        place = _network(asked.address)
        if wait := self.tries.wait(place):
            raise _Refused(429, texts.TOO_MANY_TRIES.format(seconds=wait), texts.LOG_TRIES)
        self.tries.wrong(place)  # until it proves right: many at once are many tries

        async def judged(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] == 200:
                    self.tries.right(place)
                else:
                    log.refused(texts.LOG_PASSWORD, asked.address)
                    await asyncio.sleep(PAUSE)
            await send(message)

        await self.app(scope, receive, judged)

    async def _upload(self, asked: _Asked, scope: Scope, receive: Receive, send: Send) -> None:
        visitor, told = asked.who, asked.headers.get("content-length", "")
        size = int(told) if told.isdigit() else MOST_BYTES
        if why := self.uploads.refusal(visitor, 1, min(size, MOST_BYTES)):
            raise _Refused(429, why, texts.LOG_QUOTA)
        self.uploads.begin(visitor)
        try:
            await self.app(scope, _limited(receive, asked, MOST_BYTES + _ENVELOPE), send)
        finally:
            self.uploads.end(visitor)

    def _noted(self, asked: _Asked) -> str:
        """Note the files that an upload's answer names; why they are not kept, if they are not."""
        paths = [Path(name) for name in json.loads(asked.uploaded)]
        over = len(paths) > VISITOR_FILES
        self.uploads.note(asked.who, [] if over else paths)
        for path in paths if over else []:
            path.unlink(missing_ok=True)
        return texts.LOG_QUOTA if over else ""

    def _sending(self, asked: _Asked, send: Send) -> Send:
        """Sends with the headers; holds the answer to an upload back until its files are noted."""
        plain = self._with_headers(asked, send)
        held = asked.method == "POST" and asked.path.rstrip("/") == UPLOAD

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                if asked.method == "POST" and message["status"] in (*_MALFORMED, _TOO_LARGE):
                    large = message["status"] == _TOO_LARGE
                    why = texts.LOG_LARGE if large else texts.LOG_MALFORMED
                    if asked.path.rstrip("/") != LOGIN:
                        log.refused(why, asked.who)
                if held and message["status"] == 200:
                    asked.start = message
                    return
            elif asked.start is not None:
                asked.uploaded += message.get("body", b"")
                if message.get("more_body"):
                    return
                if why := self._noted(asked):
                    raise _Refused(_TOO_LARGE, texts.UPLOAD_TOO_LARGE, why)
                await plain(asked.start)
                message = {"type": "http.response.body", "body": bytes(asked.uploaded)}
            await plain(message)

        return sending

    def _with_headers(self, asked: _Asked, send: Send) -> Send:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                asked.began = True
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = self.policy
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                if message["status"] == 200 and self.cached in asked.path:
                    headers["Cache-Control"] = "private, max-age=31536000, immutable"
            await send(message)

        return with_headers


def _limited(receive: Receive, asked: _Asked, most: int) -> Callable[[], Awaitable[Message]]:
    """Takes in at most so many bytes, whatever a request says of its length."""
    told = asked.headers.get("content-length", "0")
    if told.isdigit() and int(told) > most:
        raise _Refused(_TOO_LARGE, texts.UPLOAD_TOO_LARGE, texts.LOG_LARGE)
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise _Refused(_TOO_LARGE, texts.UPLOAD_TOO_LARGE, texts.LOG_LARGE)
        return message

    return limited


def _refusal(error: Exception, asked: _Asked) -> _Refused:
    """What is answered where gradio has no answer, and what the log says."""
    if isinstance(error, _Refused):
        return error
    name = type(error).__name__
    if asked.method == "POST" and (isinstance(error, KeyError) or name == "FnIndexInferError"):
        return _Refused(404, texts.REFUSED.format(what=texts.NO_SUCH_EVENT), texts.LOG_EVENT)
    text: Any = texts.FILE_FAULT if isinstance(error, OSError) else texts.FAULT
    return _Refused(500, text.format(number=log.fault(error)), "")


def _network(address: str) -> str:
    """An address, or of one of the new kind the network of a household."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    return str(known if known.version == 4 else ip_network((known, 64), strict=False))
