"""What mining is made of: windows, their choice and error, ranked lists, duplicates, artefacts."""
