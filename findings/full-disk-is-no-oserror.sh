#!/bin/sh
set -eu
# safetensors 0.8.0, tokenizers 0.23.3: a full disk is no OSError, and of tokenizers not even an error of
# a class of its own.
#
# One would guess: saving a model to a disk that is full raises OSError, as open(), numpy and pyarrow
# do, so that `except OSError` around the saving of a model is enough.
# What happens: safetensors.numpy.save_file raises SafetensorError and Tokenizer.save a plain
# Exception; neither is an OSError, has an errno, or names the file. Who saves a model of transformers
# (weights and tokenizer) must catch all three, and can tell a full disk from a bug by words alone.
#
# The disk is a limit on the size of files (RLIMIT_FSIZE), which every library meets in the same way.
# Installs pinned public packages in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install -q --disable-pip-version-check --target "$folder/packages" \
    safetensors==0.8.0 tokenizers==0.23.3 numpy==2.4.6
PYTHONPATH=$folder/packages python3 - "$folder" <<'EOF'
import resource
import sys

import numpy
import safetensors.numpy
import tokenizers

folder = sys.argv[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
zeros = numpy.zeros(10_000)
words = tokenizers.Tokenizer(tokenizers.models.WordLevel({f"word{k}": k for k in range(1000)}))


def error_of(save):
    try:
        save()
    except Exception as error:
        return error
    raise SystemExit("nothing was raised")


errors = {
    "numpy.save": error_of(lambda: numpy.save(f"{folder}/a.npy", zeros)),
    "safetensors": error_of(
        lambda: safetensors.numpy.save_file({"a": zeros}, f"{folder}/a.safetensors")
    ),
    "tokenizers": error_of(lambda: words.save(f"{folder}/a.json")),
}
for name, error in errors.items():
    print(f"{name}: {type(error).__name__}: {error}")
assert isinstance(errors["numpy.save"], OSError)
assert type(errors["safetensors"]) is safetensors.SafetensorError
assert not isinstance(errors["safetensors"], OSError)
assert type(errors["tokenizers"]) is Exception
assert not any("a." in str(errors[name]) for name in ("safetensors", "tokenizers"))
print("as described")
EOF
