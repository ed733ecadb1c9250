"""What stands beside the package keeps up with it: every module of the demos, the benchmarks and
the scripts can be imported."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("demos", "benchmarks", "scripts")
# In a process of its own: they bring what no other test may lean on.
CODE = """
import importlib, sys, traceback
broken = 0
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except BaseException:
        broken += 1
        print(f"{name}: {traceback.format_exc()}")
sys.exit(broken > 0)
"""


def modules() -> list[str]:
    """Their dotted names, as `python -m` takes them."""
    paths = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    names = (".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths)
    return sorted(name.removesuffix(".__init__") for name in names)


def test_every_module_beside_the_package_can_be_imported() -> None:
    names = modules()
    assert {"demos.cars.make", "benchmarks.end_to_end", "scripts.tour"} <= set(names)
    command = [sys.executable, "-W", "ignore", "-c", CODE, *names]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
