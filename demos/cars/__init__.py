"""Cars from the 1920s to the 1990s, drawn with elements whose decades are known."""
