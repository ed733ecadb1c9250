"""The model of a build that trains none: looked for and refused before anything is collected, and
recorded so that every later stage, and the app, asks the same one in the same words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from diffmine.atlas.atomic import sha256
from diffmine.atlas.health import SourceFiles, digests_of
from diffmine.atlas.manifest import key_of
from diffmine.atlas.reader import Atlas
from diffmine.atlas.writer import Workspace
from diffmine.config import BuildConfig, ModelConfig
from diffmine.engine import Progress, silent
from diffmine.errors import ModelError
from diffmine.model.foreign.checkpoint import Checkpoint
from diffmine.model.foreign.find import embedded, find
from diffmine.model.prompts import NAME, read_prompts, read_weights

Asked = str | ModelConfig | Checkpoint


def found(
    model: Asked,
    atlas: Path | None = None,
    *,
    online: bool = True,
    progress: Progress = silent,
) -> Checkpoint:
    """The model that is asked for, at the commit that an atlas has noted where it is the same one.

    Raises ModelError where there is none, it cannot be used, or nothing says its prompts.
    """
    if isinstance(model, Checkpoint):
        return model
    checkpoint = located(_pinned(_config(model), atlas), online=online, progress=progress)
    if checkpoint.prompts is None:
        raise ModelError(
            f"Nothing says which prompts {checkpoint.name} was trained with: give --prompt "
            '"A car from the {label}s." and --null-prompt "A car." as they were, or --profile.'
        )
    return checkpoint


def located(config: ModelConfig, *, online: bool = True, progress: Progress = silent) -> Checkpoint:
    """A model, with prompts or without. ModelError where no family knows it."""
    from diffmine.model.load import family_of

    checkpoint = find(config, online=online, progress=progress)
    family_of(checkpoint)
    return checkpoint


def _config(model: str | ModelConfig) -> ModelConfig:
    return model if isinstance(model, ModelConfig) else ModelConfig(model=model)


def _pinned(config: ModelConfig, atlas: Path | None) -> ModelConfig:
    """With the commits that an atlas has noted of the repositories asked for."""
    noted = read_weights(atlas / NAME) if atlas is not None else None
    if noted is None:
        return config
    known = {name.partition("@")[0]: name for name in (noted.model, noted.base) if "@" in name}
    return replace(
        config,
        model=known.get(config.model, config.model),
        base=known.get(config.base, config.base),
    )


def settled(config: BuildConfig, checkpoint: Checkpoint) -> BuildConfig:
    """A configuration with what is known of a model that diffmine did not train, where an option
    has its default: the images' size, the timesteps and the kind of labels."""
    if is_ours(checkpoint):
        return config
    if checkpoint.profile is not None:
        config = checkpoint.profile.applied(config)
    data, usual = config.data, BuildConfig().data
    if data.image_size == usual.image_size and checkpoint.side:
        config = replace(config, data=replace(data, image_size=checkpoint.side))
    return config


def is_ours(checkpoint: Checkpoint) -> bool:
    """Whether a model is a whole folder on this disk that keeps its own prompts."""
    folder, name = checkpoint.folder, checkpoint.name
    here = embedded(name) is not None or Path(name).exists()
    return folder is not None and here and read_prompts(folder) == checkpoint.prompts


def key_of_model(checkpoint: Checkpoint) -> str:
    """The key of a model that is not ours: of its files wherever they lie, and of its prompts."""
    digests = [source.files for source in files_of(checkpoint).values()]
    assert checkpoint.prompts is not None
    return key_of(digests, checkpoint.prompts.to_json(), checkpoint.config.lora_scale)


def files_of(checkpoint: Checkpoint) -> dict[str, SourceFiles]:
    """The digests of the files that a model is made of, by what they were asked for as."""
    return {
        source.name: SourceFiles(
            str(source.folder), {name: sha256(source.folder / name) for name in source.files}
        )
        for source in checkpoint.sources
    }


def is_other(atlas: Atlas, checkpoint: Checkpoint) -> bool:
    """Whether a model is another than the one that an atlas was computed with, or has changed."""
    if is_ours(checkpoint):
        assert checkpoint.folder is not None
        return atlas.manifest.model.get("files", {}) != digests_of(checkpoint.folder)
    return atlas.manifest.keys.get("model") != key_of_model(checkpoint)


def use_model(atlas: Workspace, model: Asked) -> None:
    """Record an existing model as the atlas's: ours by its folder; another by a diffmine.json in
    the atlas, which says where it lies and how it is asked."""
    checkpoint = found(model, atlas.path)
    if is_ours(checkpoint):
        assert checkpoint.folder is not None
        atlas.attach_model(checkpoint.folder, str(checkpoint.folder.resolve()))
        return
    assert checkpoint.prompts is not None
    text = checkpoint.prompts.to_json(_absolute(checkpoint.config))
    atlas.attach_foreign(key_of_model(checkpoint), text, files_of(checkpoint))


def _absolute(config: ModelConfig) -> ModelConfig:
    """With paths that mean the same in every folder."""
    return replace(
        config,
        prompt=None,
        null_prompt=None,
        model=_resolved(config.model),
        base=_resolved(config.base),
        mirror=_resolved(config.mirror),
    )


def _resolved(name: str) -> str:
    here = name and embedded(name) is None and Path(name).exists()
    return str(Path(name).resolve()) if here else name
