"""Loads what parsers would otherwise load at their first need, when no file can be opened any more."""

import encodings
import importlib
import pkgutil
import zipfile
from io import BytesIO

from ingestion.extract import formats, render

_ONLY_ELSEWHERE = ("mbcs", "oem", "cp65001")
# fmt: off
_TEXTS = (
    ("a.txt", "Größe und Maß, déjà vu, œuvre".encode("cp1252")), ("b.txt", "Привет, мир. Как дела сегодня?".encode("cp1251")),
    ("c.txt", "日本語の文章です。今日は良い天気ですね。".encode("shift_jis")),
    ("d.md", b"---\ndate: 1 May 2026\n---\n# A\n\n|a|b|\n|-|-|\n|1|2|\n"),
    ("e.html", b"<html><body><h1>A</h1><p>b<table><tr><td>a<td>b</table>"), ("f.csv", b"a,b\n1,2\n"),
)
# fmt: on
# Without a table of its objects' places: PDFium rebuilds it.
_PDF = b"""%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>> endobj
4 0 obj <</Length 172>> stream
BT /F 18 Tf 20 250 Td (Heading) Tj /F 10 Tf 0 -40 Td (Some text, a line of words.) Tj 0 -40 Td (Label) Tj 150 0 Td (12) Tj
-150 -14 Td (Other) Tj 150 0 Td (13) Tj ET 20 20 100 60 re S
endstream endobj
5 0 obj <</Type/Font/Subtype/Type1/BaseFont/Helvetica>> endobj
trailer <</Root 1 0 R>>
"""
_PARAGRAPH = "<w:p><w:pPr><w:pStyle w:val='H'/></w:pPr><w:r><w:t>A</w:t></w:r></w:p>"
_TABLE = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>"
_DOCUMENT = f"<w:document xmlns:w='urn:w'><w:body>{_PARAGRAPH}{_TABLE}</w:body></w:document>"


def everything() -> None:
    """Reads a small file of every format in the process that is about to be locked down."""
    for module in pkgutil.iter_modules(encodings.__path__):
        if module.name not in _ONLY_ELSEWHERE:
            importlib.import_module(f"encodings.{module.name}")
    for name, data in (*_TEXTS, ("g.pdf", _PDF), ("h.docx", _docx())):
        formats.extract(data, name=name)
    render.render(_PDF, page=1, spans=[(0, 5)])


def _docx() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", _DOCUMENT)
    return buffer.getvalue()
