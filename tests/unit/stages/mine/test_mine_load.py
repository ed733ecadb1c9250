"""Mining many maps keeps its memory and its pace."""

from pathlib import Path

import pytest

from benchmarks.make_maps import measure


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_ten_times_the_maps_need_no_ten_times_the_memory(tmp_path: Path) -> None:
    few = measure(tmp_path / "few", 4_000)
    many = measure(tmp_path / "many", 40_000)
    assert many["peak"] < 1.2 * few["peak"]
    assert many["cpu"] < 10 * few["cpu"]
