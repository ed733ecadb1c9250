"""From pictures in a bucket, by a cluster, to an atlas in a bucket and back."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from diffmine.data.glances import VARIABLE
from diffmine.engine import Ray
from diffmine.export.push import push
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import build
from diffmine.pipeline.pull import pull
from tests.helpers import draw_shapes, quick
from tests.unit.pipeline.store import store
from tests.unit.pipeline.test_engines import content

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="there are no signals"),
]


def test_a_cluster_mines_a_bucket_into_a_bucket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    folder, base = draw_shapes(tmp_path / "data"), tmp_path / "base"
    make_random(base)
    config = quick(base)
    with store() as bucket:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                bucket.put(f"mine/{path.relative_to(folder).as_posix()}", path.read_bytes())
        engine = Ray(cores=2)
        try:
            build("s3://shelf/mine", tmp_path / "atlas", config, engine=engine)
        finally:
            engine.close()
        push(tmp_path / "atlas", "s3://shelf/atlas", say=lambda text: None)
        pull("s3://shelf/atlas", tmp_path / "back")
    build(folder, tmp_path / "alone", config)
    alone, back = content(tmp_path / "alone"), content(tmp_path / "back")
    different = {name for name in alone if alone[name] != back.get(name)}
    assert different == {"atlas.json", "model/README.md"}, "they say where the pictures came from"
