"""Chosen patches as pages for a browser: a folder that opens without a server."""

from __future__ import annotations

from collections.abc import Iterator

from diffmine.export.order import File, Format, Order, marked

_MARK = b'<meta name="generator" content="diffmine">'


def files(order: Order) -> Iterator[File]:
    """Of lists of patches a page for each label and a first one; of others one page."""
    from diffmine.export.pages.basket import basket  # jinja2, for which the others need not wait
    from diffmine.export.pages.site import site

    if order.lists is None:
        return basket(order.atlas, order.chosen)
    return site(order.atlas, order.lists)


FORMAT = Format(
    "HTML (zip)",
    "a folder of pages that open without a server",
    "html",
    files,
    count=100,
    ours=marked("index.html", _MARK),
)
