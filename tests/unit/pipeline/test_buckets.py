"""Atlases go to a bucket of S3 and come back; pictures in one are mined."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from diffmine.atlas.health import files_of, health
from diffmine.atlas.reader import open_atlas
from diffmine.config import DataConfig
from diffmine.data.buckets import Bucket, bucket_of
from diffmine.data.sources import dataset_of
from diffmine.errors import AtlasError, DataError, UsageError
from diffmine.export.bucket import BEGUN
from diffmine.export.push import push
from diffmine.pipeline.pull import pull
from tests.helpers import draw_shapes
from tests.unit.app.make_atlas import make_atlas
from tests.unit.pipeline.store import Store
from tests.unit.pipeline.store import store as running


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with running() as found:
        yield found


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIFFMINE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def content(folder: Path) -> dict[str, bytes]:
    names = files_of(open_atlas(folder).manifest)
    return {name: (folder / name).read_bytes() for name in names}


def quiet(said: str) -> None:
    """Nobody listens."""


def test_an_atlas_goes_and_comes_back_byte_for_byte(store: Store, tmp_path: Path) -> None:
    shapes = make_atlas(tmp_path / "shapes").path
    (shapes / "note.txt").write_text("mine")
    said: list[str] = []
    assert push(shapes, "s3://shelf/my atlases/ü", say=said.append) == "s3://shelf/my atlases/ü"
    assert "with 40 pictures" in said[0]
    assert store.times("my atlases/ü/").keys() == content(shapes).keys()
    digest = pull("s3://shelf/my atlases/ü", tmp_path / "back")
    assert len(digest) == 12
    assert content(tmp_path / "back") == content(shapes)
    assert not health(open_atlas(tmp_path / "back")).foreign
    with pytest.raises(AtlasError, match="holds something else and stays"):
        pull("s3://shelf/my atlases/ü", tmp_path / "back")
    (tmp_path / "there.parquet").write_bytes(store.get("my atlases/ü/patches.parquet"))
    assert duckdb.sql(f"SELECT count(*) FROM '{tmp_path}/there.parquet'").fetchall() > [(0,)]


def test_what_is_there_is_not_sent_again_and_what_is_no_more_goes(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    send = Bucket.send
    monkeypatch.setattr(Bucket, "send", lambda *words: (sent.append(words[2]), send(*words))[1])
    atlas = make_atlas(tmp_path / "shapes").path
    push(atlas, "s3://shelf/twice", say=quiet)
    assert set(sent) == {BEGUN, *content(atlas)}
    sent.clear()
    push(atlas, "s3://shelf/twice", say=quiet)
    assert sent == ["atlas.json"]
    other = make_atlas(tmp_path / "other", labels=["1900", "1910", "1920", "1930"], kind="place")
    store.put("twice/maps/part-99.parquet", b"of an atlas before")
    push(other.path, "s3://shelf/twice", say=quiet)
    assert "maps/part-99.parquet" not in store.times("twice/")
    assert pull("s3://shelf/twice", tmp_path / "back")
    assert content(tmp_path / "back") == content(other.path)


def test_a_push_that_was_broken_off_leaves_no_atlas_and_the_next_one_mends_it(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_atlas(tmp_path / "first").path
    push(first, "s3://shelf/broken", say=quiet)
    second = make_atlas(tmp_path / "second", kind="place", scores=("sensitivity",)).path
    send, count = Bucket.send, 0

    def short(bucket: Bucket, path: Path, name: str) -> None:
        nonlocal count
        count += 1
        if count < 2:
            return send(bucket, path, name)
        (tmp_path / "cut").write_bytes(path.read_bytes()[:10])  # as a client does that is ended
        send(bucket, tmp_path / "cut", name)
        raise DataError("The network is gone.")

    monkeypatch.setattr(Bucket, "send", short)
    with pytest.raises(DataError, match="gone"):
        push(second, "s3://shelf/broken", say=quiet)
    monkeypatch.setattr(Bucket, "send", send)
    assert "atlas.json" not in store.times("broken/"), "nobody reads a mixture"
    with pytest.raises(AtlasError, match=r"no atlas: it has no atlas\.json"):
        pull("s3://shelf/broken", tmp_path / "back")
    push(first, "s3://shelf/broken", say=quiet)
    pull("s3://shelf/broken", tmp_path / "back")
    assert content(tmp_path / "back") == content(first)
    assert BEGUN not in store.times("broken/")


def test_what_cannot_go_or_come_is_one_sentence(store: Store, tmp_path: Path) -> None:
    atlas = make_atlas(tmp_path / "shapes").path
    store.put("pictures/a.png", b"")
    with pytest.raises(DataError, match=r"holds something that is no atlas \(a.png and others\)"):
        push(atlas, "s3://shelf/pictures", say=quiet)
    with pytest.raises(DataError, match="s3://nowhere/x cannot be used: there is no such bucket"):
        push(atlas, "s3://nowhere/x", say=quiet)
    with pytest.raises(UsageError, match="said by its owner there"):
        push(atlas, "s3://shelf/new", public=True, say=quiet)
    push(atlas, "s3://shelf/half", say=quiet)
    store.put("half/patches.parquet", b"other")
    with pytest.raises(AtlasError, match=r"s3://shelf/half is not whole: patches.parquet is not"):
        pull("s3://shelf/half", tmp_path / "out")
    store.put("evil/atlas.json", b'{"artefacts": {"../../x": "0"}}')
    with pytest.raises(AtlasError):
        pull("s3://shelf/evil", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(DataError, match="names no bucket; write s3://BUCKET/KEY"):
        bucket_of("s3://")
    assert bucket_of("pictures/s3") is None


def test_a_server_that_does_not_answer_is_one_sentence(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(DataError, match="s3://shelf/x cannot be used: the server does not answer"):
        Bucket("s3", "shelf", "x").entries()


# Pictures


def test_pictures_in_a_bucket_are_copied_once_and_what_changes_again(
    store: Store, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []
    fetch = Bucket.fetch
    monkeypatch.setattr(
        Bucket, "fetch", lambda *words: (fetched.append(words[1]), fetch(*words))[1]
    )
    folder = draw_shapes(tmp_path / "pictures", per_label=3)
    for path in folder.glob("*/*.png"):
        store.put(f"mine/{path.relative_to(folder).as_posix()}", path.read_bytes())
    store.put("mine/notes.docx", b"nothing of ours")
    for odd in ("mine/disc/../up.png", "mine//odd.png", f"mine/disc/{'x' * 300}.png"):
        store.put(odd, b"")
    dataset = dataset_of("s3://shelf/mine", DataConfig())
    here = dataset_of(folder, DataConfig())
    assert [record.image_id for record in dataset] == [record.image_id for record in here]
    assert dataset.labels == here.labels
    assert dataset.origin == "s3://shelf/mine"
    assert dataset.title == "mine"
    reasons = dict(dataset.refused)
    assert "no path of a file" in reasons["disc/../up.png"]
    assert "no path of a file" in reasons["/odd.png"]
    assert "longer than a file's" in reasons[f"disc/{'x' * 300}.png"]
    assert len(fetched) == 6
    assert not [path for path in cache.rglob("*") if path.name in ("up.png", "notes.docx")]

    fetched.clear()
    store.put("mine/disc/new.png", (folder / "disc" / "000.png").read_bytes())
    store.client.delete_object(Bucket="shelf", Key="mine/square/001.png")
    dataset = dataset_of("s3://shelf/mine", DataConfig())
    names = [record.image_id for record in dataset]
    assert fetched == ["disc/new.png"]
    assert len(names) == 6
    assert [name for name in names if name.endswith("new.png")]
    assert not [name for name in names if name.endswith("001.png")]


def test_a_copy_that_is_broken_off_goes_on(
    store: Store, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        store.put(f"long/{number % 2}/{number}.png", b"picture")
    monkeypatch.setattr("diffmine.data.mirror._OFTEN", 2)
    fetch, fetched = Bucket.fetch, list[str]()

    def once(bucket: Bucket, name: str, path: Path) -> None:
        fetched.append(name)
        if len(fetched) > 4:
            raise DataError("The network is gone.")
        fetch(bucket, name, path)

    monkeypatch.setattr(Bucket, "fetch", once)
    with pytest.raises(DataError, match="gone"):
        dataset_of("s3://shelf/long", DataConfig())
    first = fetched[:4]
    fetched.clear()
    fetched_again = lambda *words: (fetched.append(words[1]), fetch(*words))[1]  # noqa: E731
    monkeypatch.setattr(Bucket, "fetch", fetched_again)
    assert len(dataset_of("s3://shelf/long", DataConfig())) == 6
    assert len(fetched) == 2
    assert not set(fetched) & set(first)
    assert not list(cache.rglob("*.tmp"))


def test_a_bucket_without_pictures_says_so(store: Store, cache: Path) -> None:
    store.put("words/a.docx", b"")
    for key in ("words", "empty"):
        with pytest.raises(DataError, match=f"s3://shelf/{key} holds no picture, table"):
            dataset_of(f"s3://shelf/{key}", DataConfig())
