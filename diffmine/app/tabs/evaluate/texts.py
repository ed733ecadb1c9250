"""Texts of the tab Evaluate."""

from __future__ import annotations

EVALUATION_HEADS = ["Score", "AUC-PR", "95 %", "Prevalence", "Pointing", "Near", "IoU", "Images"]
NOT_EVALUATED = "Nothing was evaluated; run diffmine evaluate on this atlas."
JUDGED_BY = "Judged by **{boxes} in {images}**."
AREA = "Area under the precision-recall curve, 95 % intervals"
CURVE = "Precision and recall of pixels, {label}"
PRECISION_OF_BEST = "Patches of the best {top} that hit a box of their label"
LOCALISATION = "Localisation: {label}"
MEASURES = """
**Area under the precision-recall curve**: all pixels of an image in the order of their score,
compared with experts' boxes of the label; the mean over the label's images. A map that knows
nothing reaches the *prevalence*, the share of pixels inside boxes. The *centre prior* is a spot in
the middle of every image and the *boxes prior* the mean of the other images' boxes: neither looks
at the image, so a map is worth only what it gains over them; *window and centre* is a map together
with the centre prior, to be compared with that prior alone. **Pointing game**: how often the
highest pixel lies in a box (near: within 15 pixels of 224). **IoU**: overlap of the marked pixels
and the boxes at the label's best threshold. **Precision of patches**: how many of the best patches
hit a box of their label (the overlap is at least half of the largest possible), beside random and
least typical ones. Lines and brackets are 95 % intervals from resampled images, or groups of
images.
"""
NO_MAP_JUDGED = "No map was judged."
PREVALENCE = "prevalence"
NOTHING_JUDGED = "Nothing was judged."
ALL_LABELS = "all labels"
RECALL = "recall"
PRECISION = "precision"
