"""A film of one's own: DICOM by any name, nobody's name in what is shown, contrast maps."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from diffmine.app.page import build
from diffmine.app.tabs.inspect import own
from diffmine.app.tabs.inspect.own import Own
from diffmine.live.records import Inspection
from diffmine.maths.score import Score
from diffmine.maths.windows import Window
from diffmine.model.tiny import make_random
from tests.unit.app.make_atlas import LABELS, make_atlas
from tests.unit.data.readers.dicom.files import PLAIN, dataset, save
from tests.unit.data.readers.dicom.test_identity import planted

pytestmark = pytest.mark.filterwarnings("ignore:Invalid value for VR")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The desk of an app over an atlas of findings whose maps are contrasted with its first
    label."""
    root = tmp_path_factory.mktemp("films")
    make_random(root / "model", tuple(LABELS), 96)
    scores = [f"against {LABELS[0]}"]
    make_atlas(root / "films", kind="finding", model="../model", scores=scores)
    path = root / "films" / "atlas.json"
    fields = json.loads(path.read_text())
    fields["config"]["typicality"]["contrast"] = LABELS[0]
    fields["config"]["data"] = {"image_size": 48}
    path.write_text(json.dumps(fields))
    blocks = build([root / "films"])
    return next(f.fn.__self__.desk for f in blocks.fns.values() if hasattr(f.fn, "__self__"))


@pytest.mark.parametrize("name", ["IM000001", "ZQXDoe^Jane.1950", "film.dcm"])
def test_a_film_is_read_whatever_its_name_and_nobody_is_known(
    name: str, live: Any, tmp_path: Path
) -> None:
    stored = np.linspace(0, 255, 96).astype(np.uint16)[:, None].repeat(120, 1)
    film = dataset(stored)
    words = planted(film)  # with a table of values of interest, from 0 to 255
    path = save(tmp_path / name, film, stored, PLAIN)
    panel = live.panels["inspect"]
    assert panel.file.file_types is None, "Gradio would refuse a file without an ending"
    updates = panel.on_upload(live.first, str(path))
    picture = updates[panel.picture]
    assert picture.given == (120, 96)
    assert picture.pixels.shape == (48, 48, 3)
    assert picture.pixels[0, 24, 0] < 10
    assert picture.pixels[-1, 24, 0] > 245
    assert not path.exists()
    everything = repr(updates) + str(picture)
    assert not [word for word in [*words, "ZQX"] if word in everything]


def test_a_film_with_burned_in_text_says_what_a_visitor_can_do(live: Any, tmp_path: Path) -> None:
    stored = np.zeros((96, 96), np.uint8)
    film = dataset(stored, BurnedInAnnotation="YES")
    path = save(tmp_path / "ZQX.dcm", film, stored, PLAIN)
    panel = live.panels["inspect"]
    with pytest.raises(gr.Error) as error:
        panel.on_upload(live.first, str(path))
    assert str(error.value.message) == (
        "This file is left out: it says that text is burned into it, so a patient's name may stand "
        "in the picture; look at it, and give it as a PNG if there is none."
    )
    assert not path.exists()


def heat_of(value: dict[str, Any]) -> np.ndarray:
    content = base64.b64decode(value["heat"]["url"].partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(content)))


def test_maps_of_findings_are_contrasts(live: Any) -> None:
    shelf = live.shelf(live.first)
    full = shelf.scale_of(f"against {LABELS[0]}")
    maps = np.zeros((len(LABELS), 6, 6), np.float32)
    maps[0], maps[1, :3] = full, 2 * full  # less the first: full above, less than zero below
    windows = tuple(Window(0, 0, 12, 0.1, 0.01) for _ in LABELS)
    scores = tuple(Score(0.1 * at, 0.01) for at in range(len(LABELS)))
    inspection = Inspection(tuple(LABELS), 8, 8, scores, (), maps, windows)
    picture = Own(shelf.key, np.zeros((48, 48, 3), np.uint8), (48, 48), inspection)
    value = own.viewer_value(shelf, Own(**{**vars(picture), "label": LABELS[1]}))
    assert value["unit"] == f"Against {LABELS[0]}"
    assert LABELS[0] in value["sentence"]
    heat = heat_of(value)
    assert tuple(heat[2, 24]) == (213, 94, 0, 235)
    assert tuple(heat[-2, 24]) == (0, 114, 178, 235)
    plain = own.viewer_value(shelf, Own(**{**vars(picture), "label": LABELS[0]}))
    assert plain["unit"] == "Typicality", "a label is not contrasted with itself"
