"""A drawn phantom of the frontal chest film, with findings whose places are known."""
