"""A planted word is seen in whatever form and wherever it was packed: other tests rely on it."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fpdf import FPDF
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.leaks import Words

WORD, NAME = "ZQXQUOKA07", "山田^太郎"


def zipped(content: bytes) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b.bin", content)
    return into.getvalue()


def in_parquet(content: bytes) -> bytes:
    into = io.BytesIO()
    rows = [{"name": 1, "image": {"bytes": [b"", content]}}]
    pq.write_table(pa.Table.from_pylist(rows), into, compression="zstd")
    return into.getvalue()


def in_png(content: bytes) -> bytes:
    into, texts = io.BytesIO(), PngInfo()
    texts.add_text("a", content.decode("latin-1"), zip=True)
    Image.new("L", (4, 4)).save(into, "PNG", pnginfo=texts)
    return into.getvalue()


def in_pdf(content: bytes) -> bytes:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica")
    pdf.cell(text=content.decode("latin-1"))
    return bytes(pdf.output())


FORMS: dict[str, Callable[[str], bytes]] = {
    "as it is": str.encode,
    "in small letters": lambda text: text.lower().encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16, the other way": lambda text: text.encode("utf-16-be"),
    "hexadecimal": lambda text: text.encode().hex().upper().encode(),
    **{
        f"base64 {before}": lambda text, before=before: base64.b64encode(
            b"." * before + text.encode() + b"..."
        )
        for before in range(3)
    },
    "zip in a zip": lambda text: zipped(zipped(text.encode())),
    "Parquet": lambda text: in_parquet(text.encode()),
    "zlib": lambda text: zlib.compress(text.encode()),
    "gzip": lambda text: gzip.compress(text.encode()),
    "an address of data": lambda text: (
        b'"data:x/y;base64,' + base64.b64encode(zipped(text.encode())) + b'"'
    ),
}
OF_ASCII = {"PNG": in_png, "PDF": in_pdf}
OF_OTHERS: dict[str, Callable[[str], bytes]] = {
    "JSON": lambda text: json.dumps(text).encode(),
    "an address": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()).encode(),
    "HTML": lambda text: text.encode("ascii", "xmlcharrefreplace"),
    "ISO 2022": lambda text: text.encode("iso2022_jp"),
}


@pytest.mark.parametrize("form", list(FORMS))
@pytest.mark.parametrize("word", [WORD, NAME])
def test_a_word_is_seen_in_every_form(word: str, form: str) -> None:
    content = FORMS[form](f"--{word}--" if form == "as it is" else word)
    assert Words([WORD, NAME]).within(content) is not None


@pytest.mark.parametrize("form", list(OF_ASCII))
def test_a_word_is_seen_in_what_is_packed(form: str) -> None:
    content = OF_ASCII[form](WORD.encode())
    assert WORD.encode() not in content
    assert Words([WORD]).within(content) is not None


@pytest.mark.parametrize("form", list(OF_OTHERS))
def test_letters_of_another_script_are_seen(form: str) -> None:
    assert Words(["山田", "太郎"]).within(OF_OTHERS[form](NAME)) is not None


def test_nothing_is_seen_where_nothing_is() -> None:
    assert Words([WORD]).within(zipped(in_parquet(b"ZQXQUOKA06"))) is None
