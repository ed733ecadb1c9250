"""What evaluation is made of: boxes, measures, priors, intervals and the report."""
