"""One film with its findings: anatomy, changes, film, and what lies over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from demos.chest import film as films
from demos.chest.anatomy import Chest
from demos.chest.findings import FINDINGS, grown_ratio
from demos.chest.patient import Film, Patient, draw_film, draw_patient
from demos.chest.raster import Field, Mask, generator


@dataclass(frozen=True)
class Drawing:
    """A drawn film: grey (128, 128) uint8, and a mask (128, 128) for each element; or both so many
    times as wide and high as was asked."""

    grey: NDArray[np.uint8]
    masks: Mapping[str, Mask]
    patient: Patient
    film: Film
    heart_ratio: float  # the heart's width over the chest's, as drawn


def draw(
    seed: int, patient: str, name: str, findings: Mapping[str, float], marker: bool, times: int = 1
) -> Drawing:
    """Draws a film of a patient; `findings` maps each finding to its strength, 0 to 1.

    Patient, film, each finding and each thing on the film have a generator of their own, so
    that with and without a finding all else is the same. With `times` the same film is drawn so
    many times as wide and high.
    """
    body = draw_patient(generator(seed, patient, "body"))
    film = draw_film(generator(seed, name, "film"))
    film = replace(film, frame=replace(film.frame, times=times))
    chest = Chest(body, film, generator(seed, patient, "vessels"))
    masks: dict[str, Mask] = {}
    attenuation = chest.total() + _changes(chest, seed, patient, findings, masks)
    attenuation = np.maximum(attenuation, 0)
    for element, layer in (("lead", films.leads), ("tube", films.tube)):
        added = layer(film, generator(seed, name, element))
        attenuation = attenuation + added
        masks[element] = added > 0.3
    grey = films.develop(attenuation, film, generator(seed, name, "grain"))
    opacity, hidden = films.edge(film, generator(seed, name, "edge"))
    grey = films.burn(grey, opacity)
    masks = {element: mask & ~hidden for element, mask in masks.items()}
    if film.edge == "strip":
        masks["strip"] = hidden
    if marker:
        opacity, masks["marker"] = films.marker(film, generator(seed, name, "marker"))
        grey = films.burn(grey, opacity)
    seen = {element: mask for element, mask in masks.items() if mask.any()}
    ratio = chest.heart_ratio
    if "Cardiomegaly" in findings:
        ratio = grown_ratio(chest, findings["Cardiomegaly"])
    return Drawing(films.pixels(grey), seen, body, film, ratio)


def _changes(
    chest: Chest, seed: int, patient: str, findings: Mapping[str, float], masks: dict[str, Mask]
) -> Field:
    """The sum of all findings' changes; their masks are put into `masks`."""
    total = np.zeros_like(chest.air)
    for finding, strength in findings.items():
        change = FINDINGS[finding](chest, generator(seed, patient, finding), strength)
        total += change.attenuation
        masks[finding] = change.mask
    # Two findings in one place cannot fill more air than there is.
    return np.minimum(total, 1.1 * chest.air + 1.0) if len(findings) > 1 else total
