"""Recipes of the demonstration data sets."""
