"""Models that look like noise predictors and are none, and parts that do not belong together.

Their predictions would be numbers, finite and wrong: they are refused by what their configs and the
headers of their files say, before a weight is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from diffmine.errors import ModelError
from diffmine.model.foreign.checkpoint import Checkpoint
from diffmine.model.foreign.place import Part

STEPS = 1000
_KINDS_OF_INPUT = {
    9: "an inpainting model: it also reads a mask and a masked picture",
    8: "a model that edits a picture it reads beside the noise",
    7: "an upscaler: it reads a small picture beside the noise",
    5: "a model that also reads depth",
}
_DISTILLED = ("LCM", "TCD", "ConsistencyModel", "CMStochastic")
_FLOW = ("FlowMatch", "FlowMap", "SCM")
_OTHER_NOISE = ("EDM", "CosineDPM", "KarrasVe", "ScoreSdeVe", "VQDiffusion", "Amused")
"""Beginnings of the names of schedulers whose noise is not that of a schedule of 1,000 betas."""
_TURBO = ("stabilityai/sd-turbo", "stabilityai/sdxl-turbo", "bytedance/sdxl-lightning",
          "bytedance/hyper-sd", "tianweiy/dmd2", "simianluo/lcm", "latent-consistency/",
          "latent-consistency-models/")  # fmt: skip
"""Beginnings of the names of repositories of distilled models that keep a plain config."""
_FEW = ("turbo", "lightning", "lcm", "hyper-sd", "hypersd", "hyper_sd", "dmd2")
"""What the names of single files say of them, which have no config."""


def check_fits(checkpoint: Checkpoint) -> None:
    """Raise ModelError, in a sentence, for a model that cannot be asked for the noise, or whose
    parts do not belong together."""
    name, parts = checkpoint.name, checkpoint.parts
    unet = parts.get("unet")
    if unet is None:
        return
    for part in parts.values():
        _check_plain(name, part)
    _check_distilled(checkpoint, unet.config)
    _check_scheduler(name, parts["scheduler"].config)
    _check_input(name, unet.config, parts["vae"].config)
    _check_words(name, parts)
    _check_shapes(name, unet)


def _check_plain(name: str, part: Part) -> None:
    """A network that was saved with its adapter on has other names of weights."""
    if any(".base_layer." in key or ".lora_" in key for key in part.shapes):
        raise ModelError(
            f"The {part.name} of {name} was saved with a LoRA attached to it; load it as it was, "
            "fuse the LoRA (fuse_lora), unload it (unload_lora) and save it again."
        )


def _check_distilled(checkpoint: Checkpoint, unet: Mapping[str, Any]) -> None:
    name, scheduler = checkpoint.name, checkpoint.parts["scheduler"].config
    kind = str(scheduler.get("_class_name", ""))
    origins = (
        name,
        str(unet.get("_name_or_path", "")),
        str(checkpoint.index.get("_name_or_path", "")),
    )
    file = checkpoint.parts["unet"].file
    few = next((word for word in _FEW if file and word in file.stem.casefold()), "")
    # Turbo models have a plain config but for this: one step from the last timestep.
    trailing = kind.startswith("Euler") and scheduler.get("timestep_spacing") == "trailing"
    trailing = trailing and scheduler.get("prediction_type", "epsilon") == "epsilon"
    marks: list[tuple[object, str]] = [
        (unet.get("time_cond_proj_dim"), "its UNet reads the strength of guidance"),
        (kind.startswith(_DISTILLED), f"its scheduler is {kind}"),
        (trailing, f"its {kind} begins at the last timestep, as for few steps"),
        (few, f"its file is named {few}"),
        (any(o.casefold().startswith(_TURBO) for o in origins), "that is what was published there"),
    ]
    for mark, why in marks:
        if mark:
            raise ModelError(
                f"{name} is distilled to few steps ({why}) and does not predict the noise at every "
                "timestep, which typicality needs; take the model that it was distilled from."
            )


def _check_scheduler(name: str, scheduler: Mapping[str, Any]) -> None:
    kind = str(scheduler.get("_class_name", ""))
    if kind.startswith(_FLOW):
        raise ModelError(
            f"{name} has a UNet beside {kind}, a scheduler of flow matching: they do not belong "
            "together; copy the scheduler of the model that the UNet came from."
        )
    if kind.startswith(_OTHER_NOISE):
        raise ModelError(
            f"The scheduler of {name} is {kind}, which does not add noise by a schedule of "
            f"{STEPS:,} timesteps; copy the scheduler of the model it came from."
        )
    steps = scheduler.get("num_train_timesteps", STEPS)
    if steps != STEPS:
        raise ModelError(
            f"The scheduler of {name} has {steps} timesteps; diffmine reads models of {STEPS:,}."
        )


def _check_input(name: str, unet: Mapping[str, Any], vae: Mapping[str, Any]) -> None:
    reads, latent = unet.get("in_channels", 4), vae.get("latent_channels", 4)
    if reads == latent:
        return
    if latent == 4 and reads in _KINDS_OF_INPUT:
        raise ModelError(
            f"{name} is {_KINDS_OF_INPUT[reads]} ({reads} channels for {latent}); take the model "
            "that makes whole pictures from text."
        )
    raise ModelError(
        f"The UNet of {name} reads {reads} channels and its autoencoder makes {latent}: they do "
        "not belong together."
    )


def _check_words(name: str, parts: Mapping[str, Part]) -> None:
    """The text encoders together must be as wide as what the UNet reads of them."""
    unet = parts["unet"].config
    reads = unet.get("encoder_hid_dim") or unet.get("cross_attention_dim")
    if isinstance(reads, list):
        reads = max(reads)
    encoders = [parts[key] for key in ("text_encoder", "text_encoder_2") if key in parts]
    if unet.get("addition_embed_type") != "text_time":
        encoders = encoders[:1]
    wide = sum(_width(part.config) for part in encoders)
    if reads is not None and wide and reads != wide:
        raise ModelError(
            f"The UNet of {name} reads texts of width {reads} and the text encoder"
            f"{'s give' if len(encoders) > 1 else ' gives'} {wide}: they do not belong together; "
            "give by --base the model that the UNet was trained from."
        )


def _width(config: Mapping[str, Any]) -> int:
    within = config.get("text_config")  # of a CLIP model, of which the text tower is loaded
    return int(config.get("hidden_size") or (within or {}).get("hidden_size") or 0)


def _check_shapes(name: str, unet: Part) -> None:
    """Weights of another model than the config says end in a long list of names otherwise."""
    config, shapes = unet.config, unet.shapes
    expected: dict[str, Callable[[], tuple[int, ...]]] = {
        "conv_in.weight": lambda: (config["block_out_channels"][0], config["in_channels"]),
        "conv_out.weight": lambda: (config["out_channels"], config["block_out_channels"][0]),
    }
    for key, shape in expected.items():
        try:
            told = shape()
        except (KeyError, IndexError, TypeError):
            continue
        if key in shapes and shapes[key][:2] != told:
            raise ModelError(
                f"The UNet of {name} does not fit its config.json: {key} is {shapes[key][:2]} in "
                f"its file and {told} by the config."
            )
