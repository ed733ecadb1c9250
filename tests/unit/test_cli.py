"""The command line: help, options, errors and their exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.writer import create_workspace, open_workspace
from diffmine.cli import main
from diffmine.model.tiny import make_random
from tests.helpers import draw_shapes

ROOT = Path(__file__).parents[2]


def code_of(*tokens: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(list(tokens))
    return int(stop.value.code or 0)


def test_importing_diffmine_loads_no_torch() -> None:
    program = (
        "import sys, diffmine, diffmine.cli; print(sorted({'torch','gradio'} & set(sys.modules)))"
    )
    out = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "[]"


def test_names_are_sorted_and_few() -> None:
    import diffmine

    assert diffmine.__all__ == sorted(diffmine.__all__)
    assert len(diffmine.__all__) <= 12
    for name in diffmine.__all__:
        assert getattr(diffmine, name) is not None
    with pytest.raises(AttributeError, match="has no 'nothing'"):
        _ = diffmine.nothing


def test_help_of_every_stage(capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of("--help") == 0
    text = capsys.readouterr().out
    for stage in ("finetune", "typicality", "mine", "cluster", "translate", "trends", "build"):
        assert stage in text


@pytest.mark.parametrize(
    ("tokens", "says"),
    [
        (["build", "nowhere", "--out", "x"], "nowhere is not a folder"),
        (["info", "nowhere"], "nowhere is not a folder"),
        (["mine", "nowhere", "--windows", "-1"], "windows.0: Input should be greater than 0"),
        (["build"], "requires an argument"),
        (["mine", "x", "--config", "none.toml"], "none.toml is no file"),
        (["nonsense"], "nonsense"),
    ],
)
def test_mistakes_are_one_sentence_and_exit_2(
    tokens: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of(*tokens) == 2
    err = capsys.readouterr().err
    assert says in err
    assert len([line for line in err.splitlines() if not line.endswith(": loading")]) == 1


def test_build_check_and_info(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, base = draw_shapes(tmp_path / "data", 3), make_random(tmp_path / "base")
    (tmp_path / "c.toml").write_text(
        "[data]\nimage_size = 32\n[typicality]\ndraws = 10\n[finetune]\nsteps = 2\nbatch = 2\n"
        "[cluster]\nnoises = 1\n[translate]\nsteps = 2\ndraws = 4\nper_label = 1\n"
        "[trends]\nper_label = 1\ndraws = 4\n[mine]\nper_image = 1\n"
    )
    out = str(tmp_path / "atlas")
    tokens = [str(data), "--out", out, "--base", str(base), "--config", str(tmp_path / "c.toml")]
    assert code_of("build", *tokens, "--typicality.draws", "4") == 0
    assert "The atlas is ready" in capsys.readouterr().out
    config = json.loads((tmp_path / "atlas" / "atlas.json").read_text())["config"]
    assert config["typicality"]["draws"] == 4
    assert config["data"]["image_size"] == 32
    assert code_of("info", out) == 0
    assert "labels: disc, square" in capsys.readouterr().out
    assert code_of("check", out) == 0
    (tmp_path / "atlas" / "elements.parquet").write_bytes(b"broken")
    assert code_of("check", out) == 2
    assert "broken: elements.parquet" in capsys.readouterr().out
    assert code_of("mine", out, "--windows", "8", "--per-image", "1") == 0
    assert open_workspace(out).patches("disc")[0].size == 8


def test_values_of_a_toml_file_are_flags(tmp_path: Path) -> None:
    """One window, several and a pair of timesteps, for build and for a stage alone."""
    from diffmine.cli import app
    from diffmine.config import MineConfig, TypicalityConfig

    path = tmp_path / "c.toml"
    path.write_text("[mine]\nwindows = [24, 0.5]\n[typicality]\nt_range = [50, 900]\n")
    for tokens, expected in (
        (["mine", "x"], MineConfig(windows=(24, 0.5))),
        (["typicality", "x"], TypicalityConfig(t_range=(50, 900))),
        (["mine", "x", "--windows", "8"], MineConfig(windows=(8,))),
    ):
        parsed = app.parse_args([*tokens, "--config", str(path)])[1]
        assert parsed.kwargs["options"] == expected
    build = ["build", "x", "--out", "y", "--config", str(path)]
    options = app.parse_args(build)[1].kwargs["options"]
    assert options.mine.windows == (24, 0.5)
    assert options.typicality.t_range == (50, 900)
    path.write_text("[evaluate]\nrename = ['Lung Opacity=Pneumonia']\ncomplete = true\n")
    parsed = app.parse_args(["evaluate", "x", f"--config={path}"])[1]
    assert parsed.kwargs["options"].renamed == {"Lung Opacity": "Pneumonia"}
    assert parsed.kwargs["options"].complete


@pytest.mark.parametrize("command", [["mine", "x"], ["build", "x", "--out", "y"]])
@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"[mine]\nwindows = []\n", "at least 1 item"),
        (b"[mine]\nwindws = [8]\n", "windws]"),
        (b"[mine]\nper_image = 0.5\n", "per_image"),
        (b"[mine\n", "is not TOML"),
        (b"\xff\xfe", "is not TOML"),
        (b"mine = 3\n", "mine"),
    ],
)
def test_mistakes_in_a_toml_file_are_one_sentence(
    command: list[str], text: bytes, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "c.toml"
    path.write_bytes(text)
    assert code_of(*command, "--config", str(path)) == 2
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1


def test_a_plan_changes_nothing_and_says_what_to_know(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from diffmine.model import probe

    monkeypatch.setattr(probe, "_FOR", 0.02)
    data, base = draw_shapes(tmp_path / "data", 3), make_random(tmp_path / "base")
    (data / "disc" / "broken.png").write_bytes(b"no picture")
    copy = (data / "disc" / "000.png").read_bytes()
    (data / "square" / "copy.png").write_bytes(copy)
    out = str(tmp_path / "atlas")
    tokens = [str(data), "--out", out, "--base", str(base), "--data.image-size", "32"]
    assert code_of("build", *tokens, "--dry-run") == 0
    text = capsys.readouterr().out
    assert "8 images with 2 labels" in text
    assert "1 refused: it is not a picture that can be read (disc/broken.png)." in text
    assert "disc/000.png (disc) = square/copy.png (square)" in text
    assert "cost on this machine: about" in text
    assert not (tmp_path / "atlas").exists()


def test_info_of_a_data_set_and_of_an_atlas(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = draw_shapes(tmp_path / "data", 3)
    tokens = ["info", str(data), "--model", str(tmp_path / "none"), "--data.limit", "2"]
    assert code_of(*tokens, "--as", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [(row["label"], row["images"]) for row in told["labels"]] == [("disc", 2), ("square", 2)]
    assert code_of("info", str(data), "--label", "era") == 2
    assert "no 'era'" in capsys.readouterr().err
    create_workspace(tmp_path / "atlas", Manifest(title="t", labels=["a"]))
    assert code_of("info", str(tmp_path / "atlas"), "--as", "json") == 2
    assert "is an atlas" in capsys.readouterr().err


def test_the_page_of_the_command_line_is_the_present_help() -> None:
    from scripts.cli_help import PAGE, page

    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m scripts.cli_help"


def test_every_field_of_a_config_has_its_line_of_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Flags, TOML keys and manifest entries are the fields of one dataclass."""
    from dataclasses import fields

    from diffmine import config

    assert code_of("build", "--help") == 0
    text = capsys.readouterr().out
    for table in fields(config.BuildConfig):
        for field in fields(getattr(config.BuildConfig(), table.name)):
            assert f"--{table.name}.{field.name.replace('_', '-')}" in text


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    create_workspace(tmp_path / "atlas", Manifest(title="t", labels=["a"]))
    command = f"{sys.executable} -m diffmine info {tmp_path}/atlas | true; echo ${{PIPESTATUS[0]}}"
    run = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=ROOT)
    assert (run.stdout, run.stderr) == ("0\n", "")


def test_letters_that_a_terminal_lacks_are_replaced(tmp_path: Path) -> None:
    create_workspace(tmp_path / "atlas", Manifest(title="t", labels=["東京"]))
    command = [sys.executable, "-m", "diffmine", "info", str(tmp_path / "atlas")]
    environment = os.environ | {"PYTHONIOENCODING": "cp1252"}
    run = subprocess.run(command, capture_output=True, env=environment, cwd=ROOT)
    assert b"labels: ??" in run.stdout
    assert (run.returncode, run.stderr) == (0, b"")


def test_a_disk_that_refuses_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*given: object, **more: object) -> None:
        raise OSError(28, "No space left on device", "atlas/maps")

    monkeypatch.setattr("diffmine.pipeline.check.open_atlas", full)
    with pytest.raises(SystemExit) as ended:
        main(["check", "atlas"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == "diffmine: atlas/maps: No space left on device.\n"


def test_a_command_that_is_stopped_says_what_stays(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*given: object, **more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("diffmine.pipeline.check.open_atlas", stopped)
    with pytest.raises(SystemExit) as ended:
        main(["check", "atlas"])
    assert ended.value.code == 130
    assert capsys.readouterr().err.strip().startswith("Stopped. Finished work is kept")


_WATCHED = """
import os, sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name in ("torch", "gradio"):
            print("loads", os.environ.get("GOMP_SPINCOUNT"), file=sys.stderr, flush=True)
            os._exit(9)
sys.meta_path.insert(0, Watch())
"""
"""Ends the process where PyTorch is about to be loaded, or the app's Gradio."""


def _until_loaded(code: str, **environment: str) -> list[str]:
    """The lines on the standard error of a program until then."""
    command = [sys.executable, "-c", _WATCHED + code]
    others = {k: v for k, v in os.environ.items() if k not in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")}
    ran = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**others, **environment},
        timeout=250,
    )
    return ran.stderr.splitlines()


@pytest.mark.parametrize("command", ["build x --out y", "finetune x --out y", "evaluate x"])
def test_a_word_is_said_before_torch_is_loaded(command: str) -> None:
    """Loading it takes many seconds on a slow machine, in which nothing was said."""
    lines = _until_loaded(f"from diffmine.cli import main\nmain({command.split()})")
    assert lines[0] == f"{command.split()[0]}: loading"


@pytest.mark.parametrize(
    ("asked", "spins"),
    [({}, "3000"), ({"GOMP_SPINCOUNT": "7"}, "7"), ({"OMP_WAIT_POLICY": "active"}, "None")],
)
def test_threads_wait_briefly(asked: dict[str, str], spins: str) -> None:
    """Torch reads it once, when it is loaded; what a user has set stays."""
    for code in (
        "from diffmine.cli import main\nmain(['finetune', 'x', '--out', 'y'])",
        "import runpy\nrunpy.run_path('app.py', run_name='__main__')",
    ):
        assert _until_loaded(code, **asked)[-1] == f"loads {spins}"
