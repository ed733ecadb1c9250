"""The nuisances: bodies and films by chance, from the same distribution for every finding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demos.chest.raster import Frame


@dataclass(frozen=True)
class Patient:
    """A body; lengths in body coordinates, strengths around 1."""

    age: int
    sex: str  # "F" or "M"
    width: float  # from the midline to the lateral wall of the lung
    barrel: float  # exponent on the wall's shape: below 1 wide at the top
    apex: float  # v of the top of the lungs
    base: float  # v of the costophrenic angles
    dome: float  # height of the domes above the angles
    lift: float  # how much higher the right dome stands
    build: float  # thickness of the soft tissue
    heart: float  # cardiothoracic ratio on a PA film
    knob: float  # radius of the aortic knob
    mediastinum: float  # half width
    ribs: int
    rib_slope: float
    rib_strength: float
    spine: float
    breast: float  # 0 in men
    scapula: float
    shoulder: float  # how much the clavicles rise outwards, beyond the usual
    vessels: float
    scoliosis: float
    bubble: float  # gastric air, 0 where none shows


@dataclass(frozen=True)
class Film:
    """One exposure of a patient."""

    view: str  # "AP" or "PA"
    frame: Frame
    turn: float  # of the patient around the long axis: the midline's shift in u
    breath: float  # v added to the domes
    arms: bool
    kilovolt: float  # attenuation is multiplied by it
    gamma: float
    heel: float  # attenuation added at the right edge and taken away at the left
    black: float  # 0 to 255
    white: float
    scatter: float
    noise: float
    leads: int
    tube: bool
    edge: str  # "none", "collimation" or "strip"


def draw_patient(rng: np.random.Generator) -> Patient:
    """A body by chance."""
    age = int(np.clip(rng.normal(52, 17), 18, 92))
    sex = "F" if rng.random() < 0.45 else "M"
    old = (age - 18) / 74
    breast = float(rng.uniform(0.2, 1.0)) if sex == "F" else 0.0
    return Patient(
        age=age,
        sex=sex,
        width=rng.uniform(0.64, 0.78),
        barrel=rng.uniform(0.75, 1.3),
        apex=rng.uniform(-0.82, -0.68),
        base=rng.uniform(0.44, 0.66),
        dome=rng.uniform(0.12, 0.22),
        lift=rng.normal(0.035, 0.02),
        build=rng.uniform(0.75, 1.4),
        heart=rng.uniform(0.40, 0.48),
        knob=rng.uniform(0.06, 0.085) + 0.03 * old,
        mediastinum=rng.uniform(0.12, 0.15) + 0.02 * old,
        ribs=int(rng.integers(9, 12)),
        rib_slope=rng.uniform(0.75, 1.35),
        rib_strength=rng.uniform(0.6, 1.35) * (1.1 - 0.25 * old),
        spine=rng.uniform(0.7, 1.3),
        breast=breast,
        scapula=rng.uniform(0.5, 1.3),
        shoulder=rng.normal(0, 0.018),
        vessels=rng.uniform(0.7, 1.3),
        scoliosis=rng.normal(0, 0.018),
        bubble=rng.uniform(0.3, 1.0) if rng.random() < 0.4 else 0.0,
    )


def draw_film(rng: np.random.Generator) -> Film:
    """An exposure by chance; AP films are taken of a patient who sits or lies in bed."""
    ap = bool(rng.random() < 0.4)
    loose = 1.7 if ap else 1.0
    frame = Frame(
        angle=float(np.clip(rng.normal(0, 0.02 * loose), -0.1, 0.1)),
        scale=float(rng.uniform(0.9, 1.17)),
        shift_u=float(rng.normal(0, 0.025 * loose)),
        shift_v=float(rng.normal(0.03, 0.03 * loose)),
    )
    return Film(
        view="AP" if ap else "PA",
        frame=frame,
        turn=float(np.clip(rng.normal(0, 0.012 * loose), -0.05, 0.05)),
        breath=float(rng.normal(-0.07 if ap else 0.0, 0.03)),
        arms=bool(rng.random() < (0.8 if ap else 0.35)),
        kilovolt=float(rng.uniform(0.42, 0.68)),
        gamma=float(rng.uniform(0.85, 1.8)),
        heel=float(rng.normal(0, 0.12)),
        black=float(rng.uniform(2, 22)),
        white=float(rng.uniform(222, 254)),
        scatter=float(rng.uniform(0.04, 0.12) * loose),
        noise=float(rng.uniform(0.008, 0.022)),
        leads=int(rng.integers(1, 4)) if rng.random() < (0.4 if ap else 0.05) else 0,
        tube=bool(rng.random() < (0.3 if ap else 0.04)),
        edge=str(rng.choice(["none", "collimation", "strip"], p=[0.62, 0.23, 0.15])),
    )
