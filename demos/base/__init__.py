"""The small base model that `--base tiny` means."""
