"""What is said of manifests and canvases."""

from __future__ import annotations

NO_BOX = "its place {box!r} is no box of four numbers"
OUTSIDE = "its place {box} is not on the canvas of {width} x {height}"
NO_SIZE = "the canvas has no width and height"
NO_SERVICE = "a part of a picture is painted on it that no image service cuts"
TURNED = "its picture is turned by {turned} degrees, which is not read"
NO_PICTURE = "nothing but sound, film or text is painted on it, or nothing at all"
EMPTY = "the manifest has no canvas"
NEITHER = "it is no manifest or collection of the IIIF Presentation API 2 or 3"
NEWER = "it is of the IIIF Presentation API {version}; 2 and 3 are read"
NO_ADDRESS = "it is named without an address of the web"
NO_INFO = "{address} gives no width and height of the picture"
DEEPER = "collections lie in one another more than {most} deep"
MORE = "More than {most:,} manifests are named; the others are left out."
ASKED = "manifests"
