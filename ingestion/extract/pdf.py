"""placeholder"""
import pypdfium2 as pdfium
from ingestion.extract import dates, titles
from ingestion.extract.builder import PageBuilder
from ingestion.extract.errors import Corrupt, NeedsOcr, PasswordProtected
from ingestion.extract.model import Extracted


def open_document(data: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise PasswordProtected from error
        raise Corrupt from error


def read(data: bytes, *, name: str, media_type: str | None) -> Extracted:
    document = open_document(data)
    pages = []
    for number in range(len(document)):
        builder = PageBuilder(number + 1)
        text = document[number].get_textpage().get_text_range()
        for part in text.split("\n\n"):
            builder.paragraph(part)
        pages.append(builder.page())
    if not any(p.text for p in pages):
        raise NeedsOcr
    return Extracted(titles.choose(stated=None, pages=pages, name=name), None, True, tuple(pages))
