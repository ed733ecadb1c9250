"""Readers of data sets: nothing else reads bytes that diffmine did not write."""
