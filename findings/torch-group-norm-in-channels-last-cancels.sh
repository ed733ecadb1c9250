#!/bin/sh
set -eu
# torch 2.13.0 on a processor: group norm of a tensor in channels last subtracts two large numbers.
#
# One would guess: a memory format is about speed; the values of group_norm are those of the same tensor
# in the usual order, but for the last bits. (For that order its variance was made exact in 2021.)
# What happens: in channels last the variance is still the mean of squares less the square of the mean, in
# float32. Where a group's mean is 100 times its spread the result is off by .02 instead of .00001, and
# in bfloat16 by .2 instead of .014; at 1,000 times it is off by 2, and at 3,000 times the variance comes out
# as nothing and the result in the thousands, without a word and without NaN. batch_norm and instance_norm
# of the same tensors are right to .004.
# Who takes a U-Net or an autoencoder to channels last on a processor, which is the usual advice for
# speed, may get other pictures: keep the usual order there, or norm in float64.
#
# Installs pinned public packages in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 numpy==2.4.6
cat > "$folder/norm.py" <<'END'
import torch
from torch.nn.functional import batch_norm, group_norm, instance_norm

LAST = torch.channels_last


def norm(x):
    return group_norm(x, 8)


def off(norm, x, by=None):
    """Largest difference from the same norm of the same numbers in float64."""
    right = norm(x.double())
    given = x if by is None else x.contiguous(memory_format=by)
    return float((norm(given).double() - right).abs().max())


print("torch", torch.__version__)
torch.manual_seed(0)
errors = {}
for mean in (0, 10, 100, 1000, 3000):
    x = torch.randn(2, 64, 32, 32) + mean
    errors[mean] = off(norm, x), off(norm, x, LAST)
    print(f"mean {mean}, spread 1: off by {errors[mean][0]:.6f}; in channels last {errors[mean][1]:.6f}")
half = (torch.randn(2, 64, 32, 32) + 100).bfloat16()
print(f"bfloat16, mean 100: {off(norm, half):.3f}; {off(norm, half, LAST):.3f}")
others = {
    "instance_norm": off(instance_norm, x, LAST),
    "batch_norm": off(lambda y: batch_norm(y, None, None, training=True), x, LAST),
}
print("mean 3000 in channels last:", {name: round(error, 5) for name, error in others.items()})
assert all(usual < 1e-3 for usual, _ in errors.values())
assert errors[100][1] > 0.01 and errors[1000][1] > 1 and errors[3000][1] > 100
assert off(norm, half) < 0.02 and off(norm, half, LAST) > 0.1
assert max(others.values()) < 0.01
END
"$folder/venv/bin/python" "$folder/norm.py"
echo "as described"
