"""Recipe of the data set "desktop icons, 1990s to 2020"."""
