"""What programs are told that ask for what is not there."""

from __future__ import annotations

NO_SUCH_ATLAS = "There is no atlas {atlas!r} here; there are {names}."
NO_SUCH_LABEL = "The atlas {atlas} has no label {label!r}; it has {names}."
NO_SUCH_PATCH = "The atlas {atlas} has no patch {patch!r}; ask for patches of a label first."
NO_SUCH_ELEMENT = "The label {label} has no element {element}; ask for labels first."
NO_SUCH_KIND = "There are no patches of the kind {kind!r}; there are {kinds}."
NO_SUCH_RANK = "Ranks begin with 1, so none is {first}."
BAD_COUNT = "An answer has 1 to {most} patches, not {count}."
BAD_VALUE = "{name} cannot be used: {why}."
NO_TARGETS = "Name at least one label to translate into."
NO_MODEL = "The model of the atlas {atlas} is not on this machine, so it cannot be asked."
