"""Bytes to text: tells the family of formats, reads it, refuses what holds none. Runs inside the sandboxed child."""

from collections.abc import Callable

from ingestion.extract import csv, docx, html, markdown, pdf, text
from ingestion.extract.errors import EmptyFile, NoText
from ingestion.extract.model import Extracted
from ingestion.extract.sniff import Family, family_of

READERS: dict[Family, Callable[..., Extracted]] = {
    "pdf": pdf.read,
    "docx": docx.read,
    "html": html.read,
    "markdown": markdown.read,
    "csv": csv.read,
    "text": text.read,
}


def extract(data: bytes, *, name: str, media_type: str | None = None) -> Extracted:
    """Raises an ExtractionError; a file without text is never a success."""
    if not data:
        raise EmptyFile
    family = family_of(data, name=name, media_type=media_type)
    extracted = READERS[family](data, name=name, media_type=media_type)
    if not any(page.text.strip() for page in extracted.pages):
        raise NoText
    return extracted
