"""What is said of atlases on the Hugging Face Hub, of their card there, and of those in buckets."""

from __future__ import annotations

PUSHED = "To {repo}, {way}: {files:,} files, {size:.1f} MB, with {images:,} pictures."
CLOSED = "for you alone (--public opens a new one to everybody)"
OPEN = "open to everybody if it is new"
MODEL_STAYS = "Its model stays where it is ({model}): it is not part of the atlas."
BROKEN = (
    "{count} files of {atlas} are not as they were written, as {first}; diffmine build mends them."
)
TAKEN = (
    "{repo} holds a data set that is no atlas ({first} and others): nothing was changed; name "
    "another repository."
)
BUCKET_TAKEN = (
    "{bucket} holds something that is no atlas ({first} and others): nothing was changed; name "
    "another place, as a folder in it."
)
BUCKET_RIGHTS = "Who may read {bucket} is said by its owner there, not by --public."
SENT = "To {bucket}: {files:,} files, {size:.1f} MB ({same:,} are there), with {n:,} pictures."
NO_NAME = "{repo} is no name of a repository; write OWNER/NAME."
NOT_YOURS = "{host} does not let you write to {repo}: check its name, or log in by: hf auth login."
NOT_SENT = "{repo} cannot be written to {host}: {reason}"
OFFLINE = "HF_HUB_OFFLINE is set, so nothing can be sent to {repo}."
COMMIT = "{title}: an atlas of diffmine"
PULLED = "{out} is {name} at {commit}: diffmine app {out}"
DONE = "Pushed; whoever may read it: diffmine pull {name} --out ATLAS"
NO_LICENCE = "not stated; the pictures may have owners."
NO_SOURCE = "not stated"
CARD = """# {title}

{description}

An atlas of diffmine: which small pieces of labelled pictures are typical of each label, found with
a diffusion model.

```
diffmine pull {repo} --out ATLAS
diffmine app ATLAS
```

Every table opens as it is, above or with DuckDB, pandas and `datasets`: `patches` are the windows
with their label, rank, typicality and standard error, `images` the pictures. Typicality is a
difference of errors of a model: above zero the label helps it.

{limits}

Source: {source}. Licence: {licence}
"""
