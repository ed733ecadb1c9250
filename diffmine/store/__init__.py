"""Wall 3: the only writer of files. An atlas is a folder of open formats (docs/atlas-format.md)."""
