#!/bin/sh
set -eu
# torch 2.13.0 and diffusers 0.42.1: a UNet that is compiled and trained in bfloat16 on a processor gets no
# gradient in most of its weights.
#
# One would guess: torch.compile changes how long a step takes, not what it computes; where it cannot follow
# the code it falls back to Python. In torch.autocast a compiled network learns as one that is not.
# What happens: forwards all is right, and so are the gradients in float32. With torch.autocast("cpu",
# torch.bfloat16) the gradients of 162 of its 208 weights come out as exactly 0, those of everything before the last
# blocks; none is None, no warning tells, the loss falls a little, and the network hardly learns. Either cause
# alone (compiled in float32, autocast uncompiled) is right, and so are small networks of its layers one by one,
# compiled in autocast.
# Who compiles for training on a processor compares the gradients of one step first.
#
# Needs a C++ compiler. Installs pinned public packages in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 diffusers==0.42.1 \
  transformers==5.23.0 accelerate==1.15.0 numpy==2.4.6
cat > "$folder/gradients.py" <<'END'
import diffusers
import torch
from diffusers import UNet2DConditionModel

print("torch", torch.__version__, "diffusers", diffusers.__version__)
torch.manual_seed(0)
torch.set_num_threads(1)
network = UNet2DConditionModel(
    in_channels=4, out_channels=4, block_out_channels=(8, 16), layers_per_block=1,
    down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
    up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
    cross_attention_dim=16, attention_head_dim=4, norm_num_groups=4,
)
noisy, t, prompt = torch.randn(2, 4, 8, 8), torch.tensor([1, 2]), torch.randn(2, 5, 16)
weights = list(network.parameters())


def zeros(call, half):
    """The loss of a step, and how many weights have a gradient of exactly 0."""
    network.zero_grad()
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        answer = call(noisy, t, prompt).sample
    loss = answer.float().square().mean()
    loss.backward()
    return float(loss), sum(not weight.grad.any() for weight in weights)


compiled, none = torch.compile(network), {}
for half in (False, True):
    for name, call in (("as it is", network), ("compiled", compiled)):
        loss, none[half, name] = zeros(call, half)
        print(f"{'bfloat16' if half else 'float32'}, {name}: loss {loss:.4f},",
              f"{none[half, name]} of {len(weights)} weights without gradient")
assert none.pop((True, "compiled")) > len(weights) // 2, "the behaviour has changed"
assert not any(none.values())
END
"$folder/venv/bin/python" -W ignore "$folder/gradients.py" 2>/dev/null
