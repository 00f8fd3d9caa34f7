"""Files made to break their reader: each ends in an answer, and the next file is still read."""

import zipfile
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO

import pytest

from ingestion.extract.errors import Corrupt, ExtractionError, Refused, TooLarge
from ingestion.extract.limits import Limits
from ingestion.extract.pool import Extractor
from tests.ingestion.extract.documents import WORD, docx, paragraph

SECONDS = Limits().seconds


def zip_of(**entries: bytes) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def understated(data: bytes, real: int, told: int) -> bytes:
    """The same archive, whose directory lies about the size of an entry."""
    return data.replace(real.to_bytes(4, "little"), told.to_bytes(4, "little"))


def document(text: str, *, declared: str, charset: str = "utf-8") -> bytes:
    head = f'<?xml version="1.0" encoding="{charset}"?><!DOCTYPE d [{declared}]>'
    body = f'<w:document xmlns:w="{WORD}"><w:body>{paragraph(text)}</w:body></w:document>'
    return zip_of(**{"word/document.xml": (head + body).encode(charset)})


def billion_laughs() -> bytes:
    names = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
    return document("&l9;", declared=f'<!ENTITY l0 "lol">{names}')


def external_entity() -> bytes:
    return document("&x;", declared='<!ENTITY x SYSTEM "file:///etc/passwd">')


def wide_entity() -> bytes:
    """The declaration hidden from a search for its bytes."""
    return document("&x;", declared='<!ENTITY x "y">', charset="utf-16")


def test_a_zip_bomb_is_refused_by_the_size_that_it_declares(extractor: Extractor) -> None:
    with pytest.raises(TooLarge, match=r"word/document\.xml"):
        extractor.extract(zip_of(**{"word/document.xml": b"<a>" + b" " * 200_000_000}), name="bomb.docx")


def test_a_zip_bomb_that_lies_about_its_size_is_stopped_while_it_unpacks(extractor: Extractor) -> None:
    bomb = understated(zip_of(**{"word/document.xml": b" " * 200_000_000}), 200_000_000, 1_000)
    with pytest.raises(Refused):
        extractor.extract(bomb, name="bomb.docx")


@pytest.mark.parametrize("make", [billion_laughs, external_entity, wide_entity])
def test_entities_are_refused_and_never_resolved(extractor: Extractor, make: Callable[[], bytes]) -> None:
    with pytest.raises(Corrupt, match=r"entities|well-formed") as caught:
        extractor.extract(make(), name="entities.docx")
    assert "root:" not in caught.value.message


def test_a_symbolic_link_in_an_archive_is_refused_by_name(extractor: Extractor) -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
        link = zipfile.ZipInfo("word/link.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(Corrupt, match=r"word/link\.xml"):
        extractor.extract(buffer.getvalue(), name="link.docx")


def nested_html() -> bytes:
    return b"<div>" * 500_000 + b"deep"


def nested_markdown() -> bytes:
    return b">" * 200_000 + b" deep\n\n" + b"- " * 20_000 + b"x\n\n" + b"[" * 50_000 + b"*" * 50_000


def nested_tables() -> bytes:
    return b"<table><tr><td>" * 20_000 + b"x"


def huge_spans() -> bytes:
    return b"<table><tr><td colspan=99999999 rowspan=99999999>a<td>b</table><table>" + b"<tr><td rowspan=1000 colspan=1000>a" * 20_000


def nested_docx() -> bytes:
    return docx("<w:tbl><w:tr><w:tc>" * 5_000 + paragraph("x") + "</w:tc></w:tr></w:tbl>" * 5_000)


def endless_cells() -> bytes:
    return b"," * 30_000_000


def endless_quote() -> bytes:
    return b'a,b\n"' + b"x" * 5_000_000


def pdf_object(number: int, body: str) -> bytes:
    return f"{number} 0 obj {body} endobj\n".encode()


def endless_references() -> bytes:
    """Each table of the file's objects names the one before as its previous one, in a circle."""
    head = b"%PDF-1.4\n" + pdf_object(1, "<</Type/Catalog/Pages 2 0 R>>") + pdf_object(2, "<</Type/Pages/Kids[2 0 R]/Count 1000000000>>")
    table = b"xref\n0 1\n0000000000 65535 f \ntrailer <</Root 1 0 R/Size 3/Prev %d>>\n" % len(head)
    return head + table + b"startxref\n%d\n%%%%EOF" % len(head)


def many_pages() -> bytes:
    pages = " ".join(["3 0 R"] * 200_000)
    body = pdf_object(1, "<</Type/Catalog/Pages 2 0 R>>") + pdf_object(2, f"<</Type/Pages/Kids[{pages}]/Count 200000>>")
    return b"%PDF-1.4\n" + body + pdf_object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>") + b"trailer <</Root 1 0 R>>"


def self_drawing_form() -> bytes:
    form = "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</A 4 0 R>>>>/Length 12>> stream\n/A Do /A Do \nendstream"
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</A 4 0 R>>>>>>"
    body = pdf_object(1, "<</Type/Catalog/Pages 2 0 R>>") + pdf_object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
    return b"%PDF-1.4\n" + body + pdf_object(3, page) + pdf_object(4, form) + b"trailer <</Root 1 0 R>>"


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("deep.html", nested_html),
        ("tables.html", nested_tables),
        ("spans.html", huge_spans),
        ("deep.md", nested_markdown),
        ("deep.docx", nested_docx),
        ("cells.csv", endless_cells),
        ("quote.csv", endless_quote),
        ("xref.pdf", endless_references),
        ("pages.pdf", many_pages),
        ("form.pdf", self_drawing_form),
    ],
)
def test_a_bomb_ends_within_its_limits_and_the_next_file_is_read(name: str, make: Callable[[], bytes]) -> None:
    with Extractor(limits=Limits(seconds=8)) as extractor:
        with suppress(ExtractionError):
            extractor.extract(make(), name=name)
        assert extractor.extract(b"still here", name="next.txt").text == "still here"


def test_a_child_out_of_memory_says_too_large_and_is_replaced() -> None:
    with Extractor(limits=Limits(memory=64 * 1024 * 1024)) as extractor:
        with pytest.raises(ExtractionError) as caught:
            extractor.extract(b"word and another\n\n" * 3_000_000, name="large.txt")
        assert caught.value.code in ("too_large", "crashed")
        assert extractor.extract(b"still here", name="next.txt").text == "still here"


def test_a_picture_of_an_enormous_page_stays_within_the_limit_of_pixels(extractor: Extractor) -> None:
    body = pdf_object(1, "<</Type/Catalog/Pages 2 0 R>>") + pdf_object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
    page = pdf_object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 50000 50000]>>")
    found = extractor.render(b"%PDF-1.4\n" + body + page + b"trailer <</Root 1 0 R>>", page=1)
    assert found.width * found.height <= 6_100_000
