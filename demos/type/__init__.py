"""Recipe of the data set "how type changed from 1450 to 1985"."""
