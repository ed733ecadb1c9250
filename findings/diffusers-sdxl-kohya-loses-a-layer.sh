#!/bin/sh
set -eu
# diffusers 0.42.1: of a LoRA of kohya's scripts for SDXL, one layer of two is lost without a word.
#
# One would guess: StableDiffusionXLPipeline.lora_state_dict, which load_lora_weights begins with,
# gives each layer of the file a layer of the UNet. A LoRA that also trained how SDXL takes in sizes
# and the pooled text has lora_unet_add_embedding_linear_1 and lora_unet_add_embedding_linear_2.
# What happens: both are renamed to "unet.add.embedding.linear" (underscores become dots, and what
# follows the last one goes), a layer that no UNet has; the second writes over the first, and alpha
# likewise. No error, no warning. Under the authors' own names, label_emb_0_0 and label_emb_0_2, both
# arrive; time_embedding_linear_1 and _2, of the same shape and place, arrive too.
#
# Installs pinned public packages in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check \
  diffusers==0.42.1 transformers==5.23.0 torch==2.13.0
cat > "$folder/names.py" <<'END'
import importlib.metadata

import torch
from diffusers import StableDiffusionXLPipeline


def layers(*names):
    """The layers of the UNet that a LoRA of these layers changes, as diffusers says."""
    file = {}
    for name in names:
        file[f"{name}.lora_down.weight"] = torch.ones(4, 8)
        file[f"{name}.lora_up.weight"] = torch.ones(8, 4)
        file[f"{name}.alpha"] = torch.tensor(4.0)
    answer = StableDiffusionXLPipeline.lora_state_dict(file)
    tensors = answer[0] if isinstance(answer, tuple) else answer
    return sorted({name.partition(".lora")[0] for name in tensors})


print("diffusers", importlib.metadata.version("diffusers"))
both = ("lora_unet_add_embedding_linear_1", "lora_unet_add_embedding_linear_2")
print(*both, "->", layers(*both))
assert layers(*both) == ["unet.add.embedding.linear"]
for good, names in (
    ("unet.add_embedding", ("lora_unet_label_emb_0_0", "lora_unet_label_emb_0_2")),
    ("unet.time_embedding", ("lora_unet_time_embedding_linear_1", "lora_unet_time_embedding_linear_2")),
):
    print(*names, "->", layers(*names))
    assert layers(*names) == [f"{good}.linear_1", f"{good}.linear_2"]
END
"$folder/venv/bin/python" "$folder/names.py"
