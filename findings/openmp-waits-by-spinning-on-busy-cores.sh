#!/bin/sh
set -eu
# torch 2.13.0 on Linux (libgomp): a network on two threads stands nearly still beside other work, and burns
# the processor while it stands.
#
# One would guess: beside two other busy processes on two cores a computation of two threads gets half of
# the processor and takes twice as long.
# What happens: it takes many times as long. At the end of each layer's loop the thread that is done
# waits for the other by spinning, for milliseconds, on the core that the other one needs: time slices go
# by in waiting, hundreds of times a prediction, and the time of the processor grows as well. `top`
# shows a busy process. torch does not say so, and takes as many threads as there are cores.
# With OMP_WAIT_POLICY=passive in the environment before torch is imported a thread that waits sleeps,
# and the computation takes about what one would guess; on a quiet machine every wait then costs waking
# it up. GOMP_SPINCOUNT says how long it spins before it sleeps, and is the way between the two. In
# containers, virtual machines and laptops with a browser open cores are busy as a rule.
#
# Needs Linux and two cores. Installs pinned public packages in a temporary folder; fails if the
# behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0
cat > "$folder/busy.py" <<'END'
import os
import subprocess
import sys

CORES = sorted(os.sched_getaffinity(0))[:2]
WORK = """
import os, time, torch
torch.set_num_threads(2)
layers = [torch.nn.Conv2d(64, 64, 3, padding=1) for _ in range(40)]
network = torch.nn.Sequential(*(one for conv in layers for one in (conv, torch.nn.SiLU())))
images = torch.randn(4, 64, 16, 16)
with torch.inference_mode():
    network(images)
    begun, spent, calls = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - begun < 8:
        network(images)
        calls += 1
print((time.perf_counter() - begun) / calls * 1000, (time.process_time() - spent) / calls * 1000)
"""


def took(**policy):
    """Milliseconds of a prediction on the clock, and of the processor."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("OMP", "GOMP"))}
    ran = subprocess.run(
        [sys.executable, "-c", WORK], env=plain | policy, capture_output=True, text=True, check=True
    )
    return [float(number) for number in ran.stdout.split()]


assert len(CORES) == 2, "two cores are needed"
os.sched_setaffinity(0, CORES)
quiet = took()
others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(4)]
try:
    spinning, asleep = took(), took(OMP_WAIT_POLICY="passive")
finally:
    for other in others:
        other.kill()
for name, (clock, processor) in (
    ("alone", quiet), ("beside four others", spinning), ("the same, asleep", asleep)
):
    print(f"{name:<20} {clock:7.1f} ms on the clock, {processor:7.1f} ms of the processor")
assert spinning[0] > 2.5 * asleep[0], (spinning, asleep)
assert spinning[1] > 1.5 * asleep[1], (spinning, asleep)
END
"$folder/venv/bin/python" "$folder/busy.py"
echo "torch 2.13.0: as described"
