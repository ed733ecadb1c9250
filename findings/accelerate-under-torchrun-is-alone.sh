#!/bin/sh
set -eu
# accelerate 1.15.0 with torch 2.13.0, without a GPU: under torchrun every process believes that it
# is alone, and `accelerate launch --cpu --num_processes 2` starts one process.
#
# One would guess: torchrun says by RANK and WORLD_SIZE that there are two processes, so that
# Accelerator() joins them as it does on GPUs; and a launcher starts as many processes as it is told.
# What happens: in each of two processes of torchrun, PartialState() has num_processes 1 and
# distributed_type NO, without a warning: each would train a model of its own on all of the data and
# both would write it. With PartialState(cpu=True) they are two. `accelerate launch --cpu
# --num_processes 2` runs the script once.
# Who trains on processors must say cpu=True where there is no GPU, and compare the number of
# processes with WORLD_SIZE.
#
# Installs pinned public packages in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 accelerate==1.15.0 numpy
cat > "$folder/count.py" <<'END'
import os
import sys

import accelerate
from accelerate import PartialState

assert accelerate.__version__ == "1.15.0"
state = PartialState(cpu=True) if sys.argv[1] == "cpu" else PartialState()
told = os.environ.get("WORLD_SIZE", "none")
print(f"{sys.argv[1]}: WORLD_SIZE {told}, processes {state.num_processes}, {state.distributed_type}")
END
export CUDA_VISIBLE_DEVICES="" OMP_NUM_THREADS=1
unset ACCELERATE_USE_CPU
torchrun="$folder/venv/bin/torchrun --standalone --nproc_per_node 2"
alone=$($torchrun "$folder/count.py" plain 2>/dev/null | sort | uniq -c)
both=$($torchrun "$folder/count.py" cpu 2>/dev/null | sort | uniq -c)
one=$("$folder/venv/bin/accelerate" launch --cpu --num_processes 2 "$folder/count.py" launched 2>/dev/null)
echo "$alone"
echo "$both"
echo "$one"
echo "$alone" | grep -q "2 plain: WORLD_SIZE 2, processes 1, DistributedType.NO"
echo "$both" | grep -q "2 cpu: WORLD_SIZE 2, processes 2, DistributedType.MULTI_CPU"
test "$(echo "$one" | grep -c launched)" = 1
echo "as described"
