"""Static pages: words stay words, every picture is there and is said, nothing is asked for."""

import base64
import hashlib
import io
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from PIL import Image

from diffmine.atlas.reader import Atlas
from diffmine.errors import UsageError
from diffmine.export.chosen import Chosen
from diffmine.export.formats import html
from diffmine.export.order import Lists
from diffmine.export.pack import zipped
from diffmine.export.pages.basket import basket
from diffmine.export.pages.render import document, link, marked
from diffmine.export.pages.site import site


class Read(HTMLParser):
    """The tags of a page and its text."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def check(files: dict[str, bytes]) -> None:
    """What holds for every page."""
    for name, content in files.items():
        if not name.endswith(".html"):
            Image.open(io.BytesIO(content)).load()
            continue
        read = Read(content)
        assert len(read.all("script")) == 1
        assert not [each for each in read.all("script") if "src" in each]
        (policy,) = [m["content"] for m in read.all("meta") if "http-equiv" in m]
        for kind in ("style", "script"):
            (inside,) = re.findall(rf"<{kind}>(.*?)</{kind}>", content.decode(), re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
            assert f"{kind}-src 'sha256-{digest}';" in str(policy)
        assert not read.all("link")
        for image in read.all("img"):
            assert image["src"] in files
            assert image["alt"]
        for anchor in read.all("a"):
            assert str(anchor["href"]).startswith("https://") or anchor["href"] in files
        assert not [key for _, attrs in read.tags for key in attrs if key.startswith("on")]
        assert "prefers-color-scheme: dark" in read.text
        assert [m for m in read.all("meta") if m.get("name") == "viewport"]


def test_a_page_of_chosen_patches(atlas: Atlas, chosen: list[Chosen]) -> None:
    files = dict(basket(atlas, chosen))
    check(files)
    read = Read(files["index.html"])
    assert len(read.all("article")) == len(chosen)
    assert len(files) == 2 * len(chosen) + 1
    assert "<script>window.hit=1</script>" in read.text
    assert "ünï 年" in read.text
    assert "Synthetic data" in read.text
    assert "https://example.org/0" in [each["href"] for each in read.all("a")]
    with pytest.raises(UsageError, match="at least one"):
        dict(basket(atlas, []))


def test_a_site_of_an_atlas(atlas: Atlas) -> None:
    files = dict(site(atlas, Lists(atlas.labels, "top", 7)))
    check(files)
    assert [name for name in files if name.endswith(".html")] == [
        *("label-01.html", "label-02.html", "label-03.html", "label-04.html"), "index.html",
    ]  # fmt: skip
    first = Read(files["label-01.html"])
    assert len(first.all("figure")) == 7
    assert len([each for each in first.all("div") if each.get("class") == "element"]) == 3
    assert "38 % (31 to 45 %) of these patches touch the border" in first.text
    assert "=HYPERLINK(1)" in first.text
    index = Read(files["index.html"])
    assert {"label-01.html", "label-04.html"} <= {each["href"] for each in index.all("a")}
    for told in ("What typicality means", "Limits", "draws 32", "A. Maker", "CC0-1.0"):
        assert told in index.text


def test_a_site_of_some_labels_and_of_another_kind(atlas: Atlas) -> None:
    files = dict(site(atlas, Lists(atlas.labels[:1], "random", 5)))
    check(files)
    read = Read(files["label-01.html"])
    assert "Random patches" in read.text
    assert "touch the border" not in read.text
    assert len([each for each in read.all("figure") if each.get("class") == "pale"]) == 5


def test_only_web_addresses_are_linked() -> None:
    assert link("javascript:alert(1)") == "javascript:alert(1)"
    assert link('https://x/"><b>').startswith('<a href="https://x/&#34;&gt;&lt;b&gt;"')
    assert marked("**a** <b> *c*") == "<strong>a</strong> &lt;b&gt; <em>c</em>"


def test_the_same_files_are_the_same_zip(atlas: Atlas, chosen: list[Chosen]) -> None:
    first, second = (zipped(basket(atlas, chosen), "basket") for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.testzip() is None
        assert all(re.match(r"basket/(index\.html|pictures/)", n) for n in archive.namelist())


def test_a_folder_of_pages_is_known_as_ours(atlas: Atlas, tmp_path: Path) -> None:
    assert not html.FORMAT.ours(tmp_path)
    for name, content in site(atlas, Lists(["1900"], "top", 1)):
        if name == "index.html":
            (tmp_path / name).write_bytes(content)
    assert html.FORMAT.ours(tmp_path)


def test_a_template_that_lacks_something_is_an_error(atlas: Atlas) -> None:
    with pytest.raises(UndefinedError, match="cards"):
        document("index.html", atlas)
