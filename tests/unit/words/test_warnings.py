"""A warning says its share, its control and the bounds of both, and which test it was."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from diffmine.atlas.reader import open_atlas
from diffmine.atlas.records import ArtefactWarning
from diffmine.words.warnings import doubts, text
from tests.unit.app.make_atlas import make_atlas

OLDER = ArtefactWarning("a", "border", 0.38, 0.12, 120, True)
BOUNDS = {"low": 0.31, "high": 0.45, "expected_low": 0.08, "expected_high": 0.16, "groups": 9}
CLEAR = replace(OLDER, test="noise maps", **BOUNDS)


@pytest.mark.parametrize(
    ("warning", "sentence"),
    [
        (
            CLEAR,
            "38 % (31 to 45 %) of these patches touch the border of their image; best windows of "
            "noise as smooth as these maps: 12 % (8 to 16 %)",
        ),
        (
            OLDER,
            "38 % of these patches touch the border of their image; random windows, an older test "
            "that noise can exceed: 12 %",
        ),
        (
            replace(CLEAR, kind="noise", test="half", expected=0.5),
            "38 % (31 to 45 %) of these patches are inside the noise: more than half of them",
        ),
        (
            replace(CLEAR, kind="glare", test="shuffles", expected_low=0.12, expected_high=0.12),
            "38 % (31 to 45 %) of these patches count as glare; shuffles: 12 %",
        ),
    ],
)
def test_a_sentence_says_its_test_and_its_bounds(warning: ArtefactWarning, sentence: str) -> None:
    assert text(warning) == sentence


def test_an_older_table_is_read_and_its_test_is_called_so(tmp_path: Path) -> None:
    file = make_atlas(tmp_path / "atlas").path / "warnings.parquet"
    columns = ["label", "kind", "share", "expected", "n", "flagged"]
    older: pa.Table = pq.read_table(file, columns=columns)
    pq.write_table(older, file)
    atlas = open_atlas(tmp_path / "atlas")
    assert atlas.warnings("1900")[0].test is None
    assert "an older test" in doubts(atlas, "1900")[0]


def test_a_list_that_left_nothing_out_is_called_so(tmp_path: Path) -> None:
    atlas = make_atlas(tmp_path / "atlas")
    count = atlas.count("1910")
    sentence = f"all {count:,} windows chosen in its images are in this list: none was left out"
    for settings, whole in [
        ({"per_label": count + 1}, True),
        ({"per_label": count}, False),
        ({"per_label": count + 1, "per_group": 4}, False),
        ({}, False),
    ]:
        atlas.manifest.config["mine"] = settings
        assert any(doubt.startswith(sentence) for doubt in doubts(atlas, "1910")) is whole
