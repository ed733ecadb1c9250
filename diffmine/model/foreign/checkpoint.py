"""A model as somebody has it: which parts lie where, and the prompts it is asked with.

It is put together from what a name means, from the model that its missing parts are taken from, and
from a profile; what does not fit is refused, all before any weight is read (foreign/fits.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from diffmine.config import ModelConfig
from diffmine.engine import Progress, silent
from diffmine.errors import ModelError
from diffmine.model.foreign.hub import Repository, fetched, repository_of
from diffmine.model.foreign.place import Part, Place, read_encoder, read_place
from diffmine.model.foreign.profiles import Profile, profile_of
from diffmine.model.foreign.weights import PICKLES, SAFE
from diffmine.model.prompts import Prompts, read_prompts

EMBEDDED = Path(__file__).parents[3] / "assets" / "models"
"""The models that come with a checkout."""
_ENCODER = ("text_encoder", "tokenizer")


@dataclass(frozen=True)
class Source:
    """Files that a model is made of, by their names in a folder; and what it was asked for as."""

    name: str
    folder: Path
    files: tuple[str, ...]


@dataclass(frozen=True)
class Checkpoint:
    """A model before it is loaded. `config` says where it is, for the next time, with each
    repository at a commit; `index` is its model_index.json; `found_at` the folder of what was asked
    for, where that is a folder."""

    config: ModelConfig
    parts: Mapping[str, Part]
    sources: tuple[Source, ...]
    prompts: Prompts | None
    profile: Profile | None = None
    lora: Path | None = None
    index: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None

    @property
    def name(self) -> str:
        """What it was asked for as."""
        return self.config.model

    @property
    def plain(self) -> bool:
        """Whether it is a whole folder on this disk that loads as it is."""
        return self.folder is not None and self.lora is None

    @property
    def side(self) -> int:
        """The short side of the images it was made for, in pixels; 0 where nothing says it."""
        if self.prompts is not None:
            return min(self.prompts.image_size)
        return own_side(self.parts)


def own_side(parts: Mapping[str, Part]) -> int:
    """What the configs of UNet and autoencoder say of the images' short side, in pixels; 0 where
    they do not."""
    if not {"unet", "vae"} <= set(parts):
        return 0
    size = parts["unet"].config.get("sample_size") or 0
    low = min(size) if isinstance(size, list) else int(size)
    return low * 2 ** (len(parts["vae"].config.get("block_out_channels", [0])) - 1)


def find(
    config: ModelConfig, *, online: bool = True, progress: Progress = silent
) -> Checkpoint:
    """What a model's name, base, prompts and profile mean, refused where it cannot be used.

    Raises ModelError in a sentence, UsageError for an unknown profile. Repositories are downloaded
    where they are not there and `online`.
    """
    from diffmine.model.foreign.fits import check_fits

    profile = profile_of(config.profile, config.model)
    if profile is not None and not config.model:
        config = replace(config, model=profile.repo)
    how = {"mirror": config.mirror, "online": online, "progress": progress}
    asked = _Asked.of(config.model, **how)
    places = [asked]
    parts, base = dict(asked.place.parts), config.base
    if _lacking(parts) and base:
        places.append(_Asked.of(base, **how))
        parts = {**places[-1].place.parts, **parts}
    if profile is not None and _lacking(parts) and set(_lacking(parts)) <= set(_ENCODER):
        places.append(_Asked.of(profile.encoder, encoder=True, **how))
        parts = {**places[-1].place.parts, **parts}
    _refuse_lacking(config, asked.place, parts)
    checkpoint = Checkpoint(
        config=replace(config, model=asked.name, base=places[1].name if base and len(places) > 1 else base),
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
class _Asked:
    """A name, at its commit, and what lies there."""

    name: str
    place: Place

    @classmethod
    def of(
        cls, name: str, *, mirror: str, online: bool, progress: Progress, encoder: bool = False
    ) -> _Asked:
        read = read_encoder if encoder else read_place
        path = embedded(name)
        if path is not None or Path(name).exists():
            return cls(name, read(path or Path(name)))
        repository = repository_of(name)
        if repository is None or _is_path(name):
            raise ModelError(f"There is no folder or file {name}, and no repository has that name.")
        copy = fetched(repository, mirror, online=online, progress=progress)
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
    return here or Path(name).suffix.lower() in {SAFE, *PICKLES} and name.count("/") < 2


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
        changed = {"prompt": config.prompt, "null_prompt": config.null_prompt}
        return replace(own, **{k: v for k, v in changed.items() if v is not None}).check()
    if config.prompt is None or config.null_prompt is None:
        lacking = "prompt" if config.prompt is None else "null-prompt"
        raise ModelError(
            f"{config.model} has no diffmine.json: give --{lacking} too, as it was trained."
        )
    size = (side, side) if side else (512, 512)
    return Prompts(config.prompt, config.null_prompt, image_size=size).check()
