"""Texts of the tab Table."""

from __future__ import annotations

FIND = "Find in the table"
IMAGES_OF = "Images of"
HEADS = {
    "image": "Image",
    "label": "Labels",
    "date": "Date",
    "typicality": "Best patch",
    "group": "Group of images",
    "creator": "Creator",
    "holder": "Holder",
    "licence": "Licence",
}
CAPTION = "{images}, {start:,} to {end:,} here; press one to open it, a head to sort"
CAPTION_NONE = "No images"
NONE_HERE = "No image of {where} is found so."
ALL = "any label"
UNMINED = "{images} of this page have no mined patch and cannot be opened."
"""Said of the rows of a page."""
