"""docs/walkthrough.md runs as it stands, line by line, but for the length of its training."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from diffmine.atlas.health import health
from diffmine.atlas.reader import open_atlas

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "walkthrough.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for kind, block in re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
    if not kind
    if not line.startswith("diffmine app")  # tests/browser opens apps
]
QUICK = (
    "--data.limit 4 --finetune.steps 2 --finetune.batch 2 --typicality.draws 4 "
    "--translate.per-label 1 --translate.steps 1 --translate.draws 4 --trends.draws 4"
)
STUDY = "--study"


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_lines_run_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(code, "docs/walkthrough.md", "exec"), {})
    assert len(list((tmp_path / "letters").glob("*.png"))) == 300
    said = {line: diffmine(line, tmp_path) for line in COMMANDS if STUDY not in line}
    info = next(text for line, text in said.items() if line.startswith("diffmine info"))
    (shown,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    for line in shown.splitlines():
        assert line.strip() in info, "the page shows what is said"
    assert not health(open_atlas(tmp_path / "atlas")).broken
    for name in ("patches.csv", "figure.pdf", "pages/index.html"):
        assert (tmp_path / name).is_file(), name


def diffmine(line: str, folder: Path) -> str:
    words = shlex.split(line)[1:] + (QUICK.split() if name_of(line) == "build" else [])
    done = subprocess.run(
        [sys.executable, "-m", "diffmine", *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return done.stdout


def name_of(line: str) -> str:
    """The name of a line's command."""
    return line.split()[1]


def test_the_page_goes_from_pictures_to_results() -> None:
    names = [name_of(line) for line in COMMANDS]
    assert names[0] == "info"
    assert names.count("build") == 2
    assert {"mine", "cluster", "export", "check"} <= set(names)
