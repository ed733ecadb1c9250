"""What leaves diffmine: chosen patches as tables, figures and pages that need no diffmine to read.

Every format is a function of an atlas and the patches chosen from it; files are bytes by name.
"""
