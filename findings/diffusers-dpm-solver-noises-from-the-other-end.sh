#!/bin/sh
set -eu
# diffusers 0.42.1: add_noise of DPM-Solver, DEIS and UniPC noises to the level of 999 - t, and once steps were
# chosen to that of the last step.
#
# One would guess: add_noise(clean, noise, t) noises to the level that t has in training, as with DDPM, DDIM
# and PNDM, whatever was sampled before; or it refuses, as with Euler and Heun (IndexError).
# What happens: of a fresh scheduler t = 990 has .09 of the noise and t = 9 nearly all, for the levels are listed
# the other way round than the timesteps by which they are looked up; in the middle (t = 510: .84 instead of
# .86) nobody sees it. Once set_timesteps(20) was called, a t that is one of the twenty gets its own level,
# and any other that of the last of them, .22, at 510 and at 990 alike. Nothing is said.
# Who trains, or measures a loss, at random timesteps with the scheduler that a checkpoint brings, works at the
# wrong levels. Take DDPMScheduler.from_config for that, or noise by alphas_cumprod.
#
# Installs pinned public packages in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 diffusers==0.42.1 \
  transformers==5.23.0 accelerate==1.15.0 numpy==2.4.6
cat > "$folder/noise.py" <<'END'
import diffusers
import torch

CLEAN, NOISE = torch.zeros(1, 1, 2, 2), torch.ones(1, 1, 2, 2)
SILENT = ("DPMSolverMultistepScheduler", "DPMSolverSinglestepScheduler", "DEISMultistepScheduler",
          "UniPCMultistepScheduler")
RIGHT = ("DDPMScheduler", "DDIMScheduler", "PNDMScheduler")
REFUSE = ("EulerDiscreteScheduler", "HeunDiscreteScheduler")


def share(scheduler, t):
    """How much of the noise is in the result at a timestep."""
    try:
        return float(scheduler.add_noise(CLEAN, NOISE, torch.tensor([t])).mean())
    except IndexError:
        return None


print("diffusers", diffusers.__version__)
usual = diffusers.DDPMScheduler(
    beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear"
)
for name in (*RIGHT, *SILENT, *REFUSE):
    scheduler = getattr(diffusers, name)(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear"
    )
    before = [share(scheduler, t) for t in (510, 990)]
    scheduler.set_timesteps(20)
    after = [share(scheduler, t) for t in (510, 990)]
    told = [f"{b:.2f} then {'IndexError' if a is None else f'{a:.2f}'}" for b, a in zip(before, after)]
    print(f"{name}: t = 510 {told[0]}, t = 990 {told[1]}")
    if name in RIGHT:
        assert before == after
    elif name in REFUSE:
        assert after == [None, None]
    else:
        mirrored = [share(usual, 999 - t) for t in (510, 990)]
        assert all(abs(b - m) < 1e-3 for b, m in zip(before, mirrored)), "the behaviour has changed"
        assert max(after) < 0.3, "the behaviour has changed"
END
"$folder/venv/bin/python" -W ignore "$folder/noise.py" 2>/dev/null
