"""The noise schedule of a model whose UNet predicts the noise or the velocity."""

from __future__ import annotations

from diffusers import DDIMScheduler

from diffmine.errors import ModelError
from diffmine.model.schedule import Answer, Schedule

ANSWERS: dict[str, Answer] = {"epsilon": "noise", "v_prediction": "velocity"}
_LEVELS = 1000


def scheduler_of(where: str) -> DDIMScheduler:
    """The scheduler of a folder or Hub repository. Raises ModelError where the UNet was trained to
    answer something else than diffmine reads, or on a schedule of another kind."""
    config, _ = DDIMScheduler.load_config(where, subfolder="scheduler", return_unused_kwargs=True)
    kind, answer = str(config.get("_class_name", "")), config.get("prediction_type", "epsilon")
    # A flow's settings would load as a DDIM scheduler that predicts the noise.
    if "Flow" in kind or "EDM" in kind or config.get("use_flow_sigmas"):
        raise ModelError(
            f"The model {where} has a UNet beside {kind}, a schedule that diffmine does not read "
            "for one."
        )
    if answer not in ANSWERS:
        raise ModelError(
            f"The model {where} predicts {answer}; diffmine needs one that predicts "
            f"{' or '.join(ANSWERS)}."
        )
    scheduler = DDIMScheduler.from_config(config)
    if len(scheduler.alphas_cumprod) != _LEVELS:
        raise ModelError(
            f"The model {where} has {len(scheduler.alphas_cumprod)} timesteps; diffmine reads "
            f"models of {_LEVELS:,}."
        )
    return scheduler


def schedule_of(scheduler: DDIMScheduler) -> Schedule:
    """What a scheduler says of noise and of the answer."""
    return Schedule.of(scheduler.alphas_cumprod, ANSWERS[scheduler.config.prediction_type])
