"""The exceptions of diffmine: every one is a single sentence for the person who meets it.

DiffmineError                what, where, expected and found, what to do next
├── UsageError               an option or argument that is wrong (exit 2)
├── DataError                a data set that cannot be read (exit 2)
│   └── ImageError           one picture that cannot be read (becomes a row of refused.csv)
├── ModelError               a model folder that cannot be loaded or does not fit (exit 2)
├── AtlasError               an atlas that is missing, broken, too new or held by another process
├── EngineError              worker processes that end before their work does (exit 1)
├── Cancelled                stopped on request; finished work is kept (exit 130)
└── Enough                   a training that ends on request, with the model as it is
"""


class DiffmineError(Exception):
    """Base of all errors that diffmine raises on purpose."""


class UsageError(DiffmineError):
    """An option or argument that is wrong: unknown, impossible, or at odds with another."""


class DataError(DiffmineError):
    """A data set that cannot be read."""


class ImageError(DataError):
    """One picture that cannot be read."""


class ModelError(DiffmineError):
    """A model folder that cannot be loaded or does not fit the work asked of it."""


class AbsentError(ModelError):
    """A model that is not on this machine and is not to be downloaded now."""


class AtlasError(DiffmineError):
    """An atlas that is missing, broken, too new or held by another process."""


class EngineError(DiffmineError):
    """Worker processes that end before their work does."""


class Cancelled(DiffmineError):
    """Stopped on request; finished work is kept."""


class Enough(DiffmineError):
    """Raised by the progress function of a training, which ends there and keeps what it learnt."""
