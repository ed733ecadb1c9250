"""Manifests and collections of IIIF, read as plain JSON: Presentation 2.1 and 3, Image API 1 to 3.

Everything in them is foreign: a value of a wrong type is as if it were not there.
"""
