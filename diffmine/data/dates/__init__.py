"""Dates as archives, museums and libraries write them, read as intervals of years.

What is read as what: docs/dates.md.
"""
