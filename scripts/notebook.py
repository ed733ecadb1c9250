"""Run the cells of docs/notebook.ipynb and keep what they show: python -m scripts.notebook

A small stand-in for Jupyter: cells are run one after the other under the same names, what they
print is text, `display` takes pictures, which are stored as JPEG. With a file behind it, that is
written instead.
"""

from __future__ import annotations

import base64
import io
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from PIL import Image

PAGE = Path(__file__).parents[1] / "docs" / "notebook.ipynb"
Cell = dict[str, Any]


def read(path: Path = PAGE) -> Cell:
    """The notebook as JSON has it."""
    return dict(json.loads(path.read_text(encoding="utf-8")))


def source(cell: Cell) -> str:
    """The text of a cell."""
    return "".join(cell["source"])


def run(notebook: Cell) -> Cell:
    """The same notebook with what its cells show now. Raises what a cell raises."""
    names: dict[str, Any] = {"__name__": "__main__"}
    cells, number = [], 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            number += 1
            code = compile(source(cell), f"cell {number}", "exec")
            cell = cell | {"execution_count": number, "outputs": _outputs(code, names)}
        cells.append(cell)
    return notebook | {"cells": cells}


def _outputs(code: Any, names: dict[str, Any]) -> list[Cell]:
    outputs: list[Cell] = []

    def display(*pictures: Image.Image) -> None:
        outputs.extend(_shown(picture) for picture in pictures)

    said = io.StringIO()
    names["display"] = display
    with redirect_stdout(said):
        exec(code, names)
    if text := said.getvalue():
        lines = text.splitlines(keepends=True)
        outputs.insert(0, {"output_type": "stream", "name": "stdout", "text": lines})
    return outputs


def _shown(picture: Image.Image) -> Cell:
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=80)
    data = {"image/jpeg": base64.b64encode(out.getvalue()).decode(), "text/plain": [str(picture)]}
    return {"output_type": "display_data", "data": data, "metadata": {}}


def written(notebook: Cell) -> str:
    """Its text, as Jupyter writes it."""
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    target.write_text(written(run(read())), encoding="utf-8")
