"""What others would do with the same pictures and labels, judged by the same evaluation.

Every baseline takes samples and gives `Mined`: for each label a ranked list of patches, and maps
where it makes any.
"""
