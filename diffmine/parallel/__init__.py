"""The parallel set: images under every label, and what changes between labels (section 5.1)."""
