"""Before anything is trained: labels that the model can tell apart, and a size it can take."""

from __future__ import annotations

from diffmine.config import BuildConfig, ModelConfig
from diffmine.data.image import MULTIPLE
from diffmine.data.records import Dataset
from diffmine.errors import AbsentError, DataError, UsageError
from diffmine.pipeline.models import Asked, found, located


def checked(
    dataset: Dataset, config: BuildConfig, model: Asked | None = None, *, online: bool = True
) -> Dataset:
    """A data set itself. Raises DataError for one label alone, with which nothing is to be trained;
    UsageError for a size that is no multiple of 16, to which images would be cut, and for one of
    which too little is left where the model is deepest; ModelError for two labels that the model's
    tokenizer does not tell apart, and for a model that cannot be used; one that is trained further
    is downloaded for that where `online`, else left for then."""
    from diffmine.model.prompts import Prompts
    from diffmine.model.tokens import check_distinct, tokenizer_of

    side = config.data.image_size
    if side % MULTIPLE:
        low = max(MULTIPLE, side // MULTIPLE * MULTIPLE)
        raise UsageError(
            f"--data.image-size {side} is no multiple of {MULTIPLE}, as models need it; take {low} "
            f"or {low + MULTIPLE}."
        )
    if len(dataset.labels) < 2 and model is None:
        raise DataError(
            f"{dataset.named} has one label alone, {dataset.labels[0]!r}, and what is typical of "
            "it cannot be told from all pictures; give at least two, perhaps by --label COLUMN."
        )
    if model is None:
        try:
            checkpoint = located(ModelConfig(model=config.finetune.base), online=online)
        except AbsentError:
            return dataset
        prompts = Prompts(config.finetune.prompt, config.finetune.null_prompt).check()
    else:
        checkpoint = found(model)
        assert checkpoint.prompts is not None
        prompts = checkpoint.prompts
    if 0 < side < checkpoint.least:
        raise UsageError(
            f"--data.image-size {side} is too small for {checkpoint.name}: where its network is "
            f"deepest one number would stand for a whole image; take {checkpoint.least} or more."
        )
    tokenizer = tokenizer_of(checkpoint)
    if tokenizer is not None:
        check_distinct(tokenizer, prompts, dataset.labels)
    return dataset
