"""What a model's name, its base, its profile and prompts mean: a checkpoint, or a refusal.

It is put together from what lies at the name, from the model that its missing parts are taken from,
and from a profile; what does not fit is refused (foreign/fits.py), before any weight is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from diffmine.config import ModelConfig
from diffmine.engine import Progress, silent
from diffmine.errors import ModelError
from diffmine.folders import ASSETS
from diffmine.model.foreign.checkpoint import Checkpoint, Source, own_side
from diffmine.model.foreign.fits import check_fits
from diffmine.model.foreign.hub import fetched, repository_of
from diffmine.model.foreign.place import Part, Place, read_encoder, read_place
from diffmine.model.foreign.profiles import Profile, profile_of
from diffmine.model.foreign.weights import PICKLES, SAFE
from diffmine.model.prompts import Prompts, read_prompts

EMBEDDED = ASSETS / "models"
"""The models that come with diffmine."""
_ENCODER = ("text_encoder", "tokenizer")


def find(config: ModelConfig, *, online: bool = True, progress: Progress = silent) -> Checkpoint:
    """What a model's name, base, prompts and profile mean, refused where it cannot be used.

    Raises ModelError in a sentence, UsageError for an unknown profile. Repositories are downloaded
    where they are not there and `online`.
    """
    profile = profile_of(config.profile, config.model)
    if profile is not None and not config.model:
        config = replace(config, model=profile.repo)
    how = _How(config.mirror, online, progress)
    asked = _Asked.of(config.model, how)
    places, parts = [asked], dict(asked.place.parts)
    if _lacking(parts) and config.base:
        places.append(_Asked.of(config.base, how))
        parts = {**places[-1].place.parts, **parts}
        config = replace(config, base=places[-1].name)
    if profile is not None and _lacking(parts) and set(_lacking(parts)) <= set(_ENCODER):
        places.append(_Asked.of(profile.encoder, how, encoder=True))
        parts = {**places[-1].place.parts, **parts}
    _refuse_lacking(config, asked.place, parts)
    checkpoint = Checkpoint(
        config=replace(config, model=asked.name),
        parts=parts,
        sources=tuple(one.source(parts) for one in places),
        prompts=_prompts(config, asked.place, profile, own_side(parts)),
        profile=profile,
        lora=asked.place.lora,
        index=next((one.place.index for one in places if one.place.index), {}),
        folder=_whole(asked.place, parts),
    )
    check_fits(checkpoint)
    return checkpoint


@dataclass(frozen=True)
class _How:
    """How a repository is had."""

    mirror: str
    online: bool
    progress: Progress


@dataclass(frozen=True)
class _Asked:
    """A name, at its commit, and what lies there."""

    name: str
    place: Place

    @classmethod
    def of(cls, name: str, how: _How, encoder: bool = False) -> _Asked:
        """What a name means; `encoder`: a text encoder by itself."""
        read = read_encoder if encoder else read_place
        path = embedded(name)
        if path is not None or Path(name).exists():
            return cls(name, read(path or Path(name)))
        repository = repository_of(name)
        if repository is None or _is_path(name):
            raise ModelError(f"There is no folder or file {name}, and no repository has that name.")
        copy = fetched(repository, how.mirror, online=how.online, progress=how.progress)
        return cls(str(copy.repository), read(copy.path))

    def source(self, parts: Mapping[str, Part]) -> Source:
        """The files that a model takes from here."""
        own = [part for name, part in self.place.parts.items() if parts[name] is part]
        files = {path for part in own for path in part.files()}
        files |= {self.place.lora} if self.place.lora is not None else set()
        root = _common(files, self.place.home)
        return Source(self.name, root, tuple(sorted(_inside(path, root) for path in files)))


def _common(files: set[Path], home: Path) -> Path:
    """The folder in which all files are: the home, or one above it."""
    root = home.absolute()
    while not all(path.absolute().is_relative_to(root) for path in files):
        root = root.parent
    return root


def _inside(path: Path, root: Path) -> str:
    return path.absolute().relative_to(root).as_posix()


def embedded(name: str) -> Path | None:
    """The folder of the small model that comes with diffmine, where `tiny` is asked for. Raises
    ModelError where it is not there."""
    if name != "tiny":
        return None
    if not (EMBEDDED / "base").is_dir():
        raise ModelError(f"The embedded base model is missing: {EMBEDDED / 'base'} is no folder.")
    return EMBEDDED / "base"


def _is_path(name: str) -> bool:
    """Whether a name of nothing on this disk was meant as a path."""
    here = Path(name).is_absolute() or name.startswith((".", "~")) or "\\" in name
    return here or (Path(name).suffix.lower() in {SAFE, *PICKLES} and name.count("/") < 2)


def _lacking(parts: Mapping[str, Part]) -> list[str]:
    """The parts that a UNet needs and that are not there."""
    if "transformer" in parts:
        return []
    needed = ["unet", "vae", "text_encoder", "tokenizer", "scheduler"]
    if "unet" in parts and parts["unet"].config.get("addition_embed_type") == "text_time":
        needed += ["text_encoder_2", "tokenizer_2"]
    return [name for name in needed if name not in parts]


def _refuse_lacking(config: ModelConfig, place: Place, parts: Mapping[str, Part]) -> None:
    lacking = _lacking(parts)
    if not lacking:
        return
    if place.lora is not None and "unet" in lacking:
        raise ModelError(
            f"{config.model} is a LoRA, which is added to a model: give that by --base."
        )
    base = f"neither has {config.base}" if config.base else "give by --base the model it came from"
    raise ModelError(f"{config.model} has no {', no '.join(lacking)}; {base}.")


def _whole(place: Place, parts: Mapping[str, Part]) -> Path | None:
    """The folder of a model whose parts are all there, in folders and files that the libraries look
    for."""
    own = all(
        part.folder is not None and part.folder.parent == place.path and part.folder.name == name
        for name, part in parts.items()
    )
    plain = all(part.weights is None or part.weights.plain for part in parts.values())
    return place.path if own and plain else None


def _prompts(
    config: ModelConfig, place: Place, profile: Profile | None, side: int
) -> Prompts | None:
    """Those that are asked for by a profile, those kept beside the model or those of the profile
    that its name means, with what is asked for by words; None where nothing says what they are."""
    own = read_prompts(place.home)
    if profile is not None and (config.profile or own is None):
        own = profile.prompts
    if config.prompt is None and config.null_prompt is None:
        return own
    if own is not None:
        prompt = own.prompt if config.prompt is None else config.prompt
        null = own.null_prompt if config.null_prompt is None else config.null_prompt
        return replace(own, prompt=prompt, null_prompt=null).check()
    if config.prompt is None or config.null_prompt is None:
        lacking = "prompt" if config.prompt is None else "null-prompt"
        raise ModelError(
            f"{config.model} has no diffmine.json: give --{lacking} too, as it was trained."
        )
    size = (side, side) if side else (512, 512)
    return Prompts(config.prompt, config.null_prompt, image_size=size).check()
