"""diffmine generate: a labelled folder of pictures that a model makes, for a build (supplement).

How far what is found depends on the model's own taste is asked by mining pictures that it makes, at
several values of guidance. They are written as people's pictures are read: with a table beside
them, which says of each that it is generated, by what, and from which seed.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from diffmine.atlas.atomic import sweep, write_bytes
from diffmine.atlas.manifest import is_atlas
from diffmine.atlas.pictures import generated_png
from diffmine.errors import UsageError
from diffmine.pipeline.progress import shown
from diffmine.pipeline.single import plain

_TABLE = "metadata.csv"
_COLUMNS = (
    "file_name", "label", "credit", "generated",
    "seed", "guidance", "steps", "height", "width", "model",
)  # fmt: skip
_SETTINGS = ("guidance", "steps", "height", "width", "model")


def generate(
    model: str,
    *,
    out: Path,
    per_label: int = 20,
    guidance: float = 3.0,
    steps: int = 50,
    size: tuple[int, int] | None = None,
    seed: int = 0,
    label: list[str] | None = None,
) -> None:
    """Write a labelled folder of pictures that a model makes, to be mined as any other.

    A stopped run goes on where it stopped; more of each label are added to those that are there.

    Parameters
    ----------
    model
        Folder of a finetuned model, as ATLAS/model.
    out
        Folder of the pictures and their metadata.csv; a new one, or one to go on with.
    per_label
        Pictures of each label.
    guidance
        How far they are led away from the null prompt: 1 is the model's own prediction.
    steps
        Steps from noise to picture.
    size
        Height and width in pixels; default: those the model was trained with.
    seed
        Number of the first picture's noise; one for each picture, the same for all labels.
    label
        Labels to make, each with its own --label; all that the model knows when none is given.
    """
    from diffmine.live.samples import Sampling, samples
    from diffmine.model.load import load_model

    if per_label < 1 or seed < 0:
        raise UsageError("--per-label is at least 1 and --seed at least 0.")
    if is_atlas(out):
        raise UsageError(f"{out} is an atlas; choose another --out.")
    loaded = load_model(model)
    prompts = loaded.trained_prompts()
    labels = label or list(prompts.labels)
    unknown = [name for name in labels if prompts.labels and name not in prompts.labels]
    if unknown or not labels:
        raise UsageError(
            f"{model} knows no label {unknown[0]!r}; it knows {', '.join(prompts.labels)}."
            if unknown
            else f"{model} does not say which labels it knows; name them, each with its --label."
        )
    how = Sampling(size or prompts.image_size, steps, guidance).check(loaded)
    folder = _Folder(out, (f"{guidance:g}", str(steps), *map(str, how.size), model))
    total, seeds = len(labels) * per_label, range(seed, seed + per_label)
    with shown() as progress:
        progress("generate", folder.count(labels, seeds), total, "pictures")
        for some in samples(loaded, labels, seeds, how, folder.lacks):
            for one in some:
                folder.put(one.label, one.seed, generated_png(one.picture))
            folder.save()
            progress("generate", folder.count(labels, seeds), total, "pictures")
    print(f"{total} generated pictures of {len(labels)} labels: diffmine build {out} --out ATLAS")


class _Folder:
    """Generated pictures and their table. `settings` are what all have in common, as the table says
    it."""

    def __init__(self, path: Path, settings: tuple[str, ...]) -> None:
        self.path, self.settings = path, settings
        self.rows: dict[tuple[str, int], dict[str, str]] = {}
        table = path / _TABLE
        if path.exists() and not table.is_file() and any(path.iterdir()):
            raise UsageError(f"{path} holds something else; choose another --out.")
        path.mkdir(parents=True, exist_ok=True)
        sweep(path)
        if table.is_file():
            self._read(table)

    def _read(self, table: Path) -> None:
        with table.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        if any(tuple(row.get(name) for name in _SETTINGS) != self.settings for row in rows):
            raise UsageError(
                f"{self.path} holds pictures that were made otherwise (see its {_TABLE}); choose "
                "another --out."
            )
        self.rows = {
            (row["label"], int(row["seed"])): row
            for row in rows
            if (self.path / row["file_name"]).is_file()
        }

    def lacks(self, label: str, seed: int) -> bool:
        """Whether a picture is still to be made."""
        return (label, seed) not in self.rows

    def count(self, labels: list[str], seeds: range) -> int:
        """How many of some pictures are there."""
        return sum(not self.lacks(label, seed) for label in labels for seed in seeds)

    def put(self, label: str, seed: int, content: bytes) -> None:
        """Write a picture; `save` tells the table."""
        used = {row["file_name"] for row in self.rows.values()}
        name = f"pictures/{plain(label)}-{seed:06d}.png"
        if name in used:  # of two labels that differ in signs a file name has not
            name = f"pictures/{plain(label)}-{seed:06d}-{len(used)}.png"
        (self.path / "pictures").mkdir(exist_ok=True)
        write_bytes(self.path / name, content)
        credit = f"generated by {self.settings[-1]}"
        guidance, steps = self.settings[:2]
        how = f"by {self.settings[-1]}: guidance {guidance}, {steps} steps, seed {seed}"
        own = {"file_name": name, "label": label, "credit": credit, "seed": str(seed)}
        own["generated"] = how
        self.rows[label, seed] = own | dict(zip(_SETTINGS, self.settings, strict=True))

    def save(self) -> None:
        """Write the table anew: at any time it names the pictures that are there."""
        text = io.StringIO()
        writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows[key] for key in sorted(self.rows))
        write_bytes(self.path / _TABLE, text.getvalue().encode())
