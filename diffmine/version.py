"""The version of diffmine, for what says by which one it was made."""

__version__ = "0.1.0"
