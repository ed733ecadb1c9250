"""Before anything is trained: labels that the model can tell apart, and a size it can take."""

from __future__ import annotations

from pathlib import Path

from diffmine.config import BuildConfig
from diffmine.data.image import MULTIPLE
from diffmine.data.records import Dataset
from diffmine.errors import DataError, UsageError


def checked(dataset: Dataset, config: BuildConfig, model: str | None = None) -> Dataset:
    """A data set itself. Raises DataError for one label alone, with which nothing is to be trained;
    UsageError for a size that is no multiple of 16, to which images would be cut; ModelError for
    two labels that the tokenizer of a model on this disk does not tell apart."""
    from diffmine.model.load import resolve
    from diffmine.model.prompts import Prompts, read_prompts
    from diffmine.model.tokens import check_distinct, local_tokenizer

    side = config.data.image_size
    if side % MULTIPLE:
        low = max(MULTIPLE, side // MULTIPLE * MULTIPLE)
        raise UsageError(
            f"--data.image-size {side} is no multiple of {MULTIPLE}, as models need it; take {low} "
            f"or {low + MULTIPLE}."
        )
    if len(dataset.labels) < 2 and model is None:
        raise DataError(
            f"{dataset.path} has one label alone, {dataset.labels[0]!r}, and what is typical of it "
            "cannot be told from all pictures; give at least two labels, perhaps by --label COLUMN."
        )
    folder = Path(resolve(config.finetune.base if model is None else model))
    if not folder.is_dir():
        return dataset
    own = read_prompts(folder) if model is not None else None
    prompts = own or Prompts(config.finetune.prompt, config.finetune.null_prompt).check()
    tokenizer = local_tokenizer(folder)
    if tokenizer is not None:
        check_distinct(tokenizer, prompts, dataset.labels)
    return dataset
