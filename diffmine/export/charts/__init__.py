"""A chart as a person takes it away: its numbers as CSV, its picture as SVG and PDF of vectors."""

from diffmine.export.charts.curves import Curve, Curves
from diffmine.export.charts.files import KINDS, as_csv, as_pdf, as_svg

__all__ = ["KINDS", "Curve", "Curves", "as_csv", "as_pdf", "as_svg"]
