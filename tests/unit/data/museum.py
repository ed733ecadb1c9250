"""A museum on 127.0.0.1: manifests of both versions of IIIF, an image server that scales and cuts,
and answers that are late, wrong or cut, as a test asks for them."""

from __future__ import annotations

import io
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

COUNT = 20
SHELF = "<span>M&nbsp;<b>12</b></span>"
INC = "http://rightsstatements.org/vocab/InC/1.0/"
ZERO = "https://creativecommons.org/publicdomain/zero/1.0/"
Answer = tuple[int, dict[str, str], bytes]


def size_of(number: int) -> tuple[int, int]:
    """Width and height of a picture at the server: two shapes, on canvases twice as large."""
    return (400, 300) if number % 2 else (310, 420)


def drawn(number: int) -> Image.Image:
    """A picture that tells at each pixel where it is: red rises to the right, green downwards."""
    width, height = size_of(number)
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = np.linspace(0, 255, width).round()[None, :]
    pixels[..., 1] = np.linspace(0, 255, height).round()[:, None]
    pixels[..., 2] = 12 * number
    return Image.fromarray(pixels)


def date_of(number: int) -> str:
    """Decades 1900s to 1930s, written in several ways."""
    year = 1901 + 10 * (number // 5) + number % 5
    return (f"{year}", f"ca. {year}", f"{year}-05-01", f"c. {year}")[number % 4]


@dataclass
class Museum:
    """The server, what it was asked, and how it answers some paths otherwise, once for each answer
    in the list of the first of `troubles` that is part of the path."""

    address: str = ""
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)
    connections: set[Any] = field(default_factory=set)
    troubles: dict[str, list[Answer]] = field(default_factory=dict)
    level: int = 2
    extra: dict[str, Any] = field(default_factory=dict)
    documents: dict[str, Any] = field(default_factory=dict)

    def answer(self, path: str) -> Answer:
        """What a path is answered with."""
        for part, answers in self.troubles.items():
            if part in path and answers:
                return answers.pop(0)
        if path in self.documents:
            return 200, {}, json.dumps(self.documents[path]).encode()
        words = path.strip("/").split("/")
        if words[-1] == "manifest.json":
            content = self.manifest2() if words[0] == "v2" else self.manifest3()
            return 200, {"Content-Type": "application/ld+json"}, json.dumps(content).encode()
        if words[0] == "iiif" and words[-1] == "info.json":
            return 200, {}, json.dumps(self.info(int(words[1]), int(words[2]))).encode()
        if words[0] == "iiif":
            return 200, {"Content-Type": "image/jpeg"}, self.picture(int(words[2]), *words[3:])
        return 404, {}, b"nothing here"

    def info(self, version: int, number: int) -> dict[str, Any]:
        """An info.json of a version of the Image API."""
        width, height = size_of(number)
        address = f"{self.address}/iiif/{version}/{number}"
        level = f"level{self.level}"
        profile: Any = level if version == 3 else [f"http://iiif.io/api/image/2/{level}.json"]
        return {
            "@context": f"http://iiif.io/api/image/{version}/context.json",
            "id" if version == 3 else "@id": address,
            "profile": profile, "width": width, "height": height, **self.extra,
        }  # fmt: skip

    def picture(self, number: int, region: str, size: str, turned: str, name: str) -> bytes:
        """A picture as the Image API has it, as a JPEG."""
        assert (turned, name) == ("0", "default.jpg")
        picture = drawn(number)
        if region != "full":
            left, top, wide, high = map(int, region.split(","))
            picture = picture.crop((left, top, left + wide, top + high))
        if size not in ("max", "full"):
            width, _, height = size.partition(",")
            wide = int(width) if width else round(picture.width * int(height) / picture.height)
            high = int(height) if height else round(picture.height * int(width) / picture.width)
            picture = picture.resize((wide, high), Image.Resampling.BOX)
        return encoded(picture)

    def manifest3(self) -> dict[str, Any]:
        """A manifest of version 3 with 20 canvases."""
        return {
            "@context": "http://iiif.io/api/presentation/3/context.json",
            "id": f"{self.address}/v3/manifest.json", "type": "Manifest",
            "label": {"de": ["Häuser"], "en": ["Houses"]},
            "metadata": [
                {"label": {"en": ["Creator"], "de": ["Urheber"]}, "value": {"none": ["A. Maker"]}},
                {"label": {"en": ["Shelfmark"]}, "value": {"en": [SHELF]}},
            ],
            "rights": INC,
            "requiredStatement": {
                "label": {"en": ["Attribution"]}, "value": {"en": ["Courtesy of the Museum"]}
            },
            "provider": [{"id": self.address, "type": "Agent", "label": {"en": ["The Museum"]}}],
            "homepage": [{"id": "https://museum.example/houses", "type": "Text"}],
            "items": [self.canvas3(number) for number in range(COUNT)],
        }  # fmt: skip

    def canvas3(self, number: int) -> dict[str, Any]:
        """A canvas of version 3."""
        width, height = size_of(number)
        address = f"{self.address}/v3/canvas/p{number:02d}"
        body = {
            "id": f"{self.address}/iiif/3/{number}/full/max/0/default.jpg", "type": "Image",
            "format": "image/jpeg", "width": width, "height": height,
            "service": [{"id": f"{self.address}/iiif/3/{number}", "type": "ImageService3",
                         "profile": "level2"}],
        }  # fmt: skip
        painting = {
            "id": f"{address}/a", "type": "Annotation", "motivation": "painting", "body": body,
            "target": address,
        }  # fmt: skip
        return {
            "id": address, "type": "Canvas", "label": {"none": [f"p. {number}"]},
            "width": 2 * width, "height": 2 * height,
            "metadata": [{"label": {"en": ["Date"]}, "value": {"en": [date_of(number)]}}],
            "items": [{"id": f"{address}/l", "type": "AnnotationPage", "items": [painting]}],
        }  # fmt: skip

    def manifest2(self) -> dict[str, Any]:
        """A manifest of version 2.1 with 20 canvases."""
        return {
            "@context": "http://iiif.io/api/presentation/2/context.json",
            "@id": f"{self.address}/v2/manifest.json", "@type": "sc:Manifest",
            "label": "Houses",
            "metadata": [
                {"label": [{"@value": "Creator", "@language": "en"},
                           {"@value": "Urheber", "@language": "de"}], "value": "A. Maker"},
                {"label": "Shelfmark", "value": SHELF},
                {"label": "Institution", "value": [{"@value": "The Museum", "@language": "en"}]},
            ],
            "license": INC, "attribution": "Courtesy of the Museum",
            "related": {"@id": "https://museum.example/houses", "format": "text/html"},
            "sequences": [{"@type": "sc:Sequence",
                           "canvases": [self.canvas2(number) for number in range(COUNT)]}],
        }  # fmt: skip

    def canvas2(self, number: int) -> dict[str, Any]:
        """A canvas of version 2.1."""
        width, height = size_of(number)
        address = f"{self.address}/v2/canvas/p{number:02d}"
        resource = {
            "@id": f"{self.address}/iiif/2/{number}/full/full/0/default.jpg",
            "@type": "dctypes:Image", "format": "image/jpeg",
            "service": {"@context": "http://iiif.io/api/image/2/context.json",
                        "@id": f"{self.address}/iiif/2/{number}",
                        "profile": "http://iiif.io/api/image/2/level2.json"},
        }  # fmt: skip
        painting = {
            "@type": "oa:Annotation", "motivation": "sc:painting", "resource": resource,
            "on": address,
        }  # fmt: skip
        return {
            "@id": address, "@type": "sc:Canvas", "label": f"p. {number}", "width": 2 * width,
            "height": 2 * height, "images": [painting],
            "metadata": [{"label": "Date", "value": date_of(number)}],
        }  # fmt: skip


def encoded(picture: Image.Image) -> bytes:
    """A JPEG that errs little."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=97, subsampling=0)
    return buffer.getvalue()


@contextmanager
def open_museum(certificate: tuple[Path, Path] | None = None) -> Iterator[Museum]:
    """A museum that answers until the end of the block; with a certificate and its key by TLS."""
    museum = Museum()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            museum.asked.append(self.path)
            museum.hosts.add(self.headers.get("Host", ""))
            museum.agents.add(self.headers.get("User-Agent", ""))
            museum.connections.add(self.client_address)
            status, headers, content = museum.answer(self.path)
            headers = dict(headers)
            self.send_response(status)
            cut = int(headers.pop("Cut", "0"))
            if "Silent" in headers:  # no length: the end of the connection is that of the file
                headers.pop("Silent")
                self.close_connection = True
            else:
                self.send_header("Content-Length", str(len(content)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content[: len(content) - cut])
            self.close_connection = self.close_connection or bool(cut)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    with serving(Handler, certificate) as address:
        museum.address = address
        yield museum


@contextmanager
def serving(
    handler: Callable[..., BaseHTTPRequestHandler], certificate: tuple[Path, Path] | None = None
) -> Iterator[str]:
    """A server on 127.0.0.1 in a thread; its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a guest who leaves
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
