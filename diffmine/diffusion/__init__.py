"""Wall 1: the only importer of diffusers and transformers."""
