"""A PDF's page as a picture, and where on it the given stretches of its text stand."""

import struct
import zlib
from collections.abc import Iterator, Sequence
from math import sqrt

import pypdfium2 as pdfium

from ingestion.extract.errors import Corrupt, ExtractionError, Unsupported
from ingestion.extract.model import Box, RenderedPage
from ingestion.extract.pdf_book import Book
from ingestion.extract.pdf_compose import Mark
from ingestion.extract.pdf_page import Sheet, Word
from ingestion.extract.pdf_turn import as_seen

WIDTH = 1400
MOST_PIXELS = 6_000_000
_LEAST_SIDE = 8.0
_MARGIN = 0.08


def render(data: bytes, *, page: int, spans: Sequence[tuple[int, int]]) -> RenderedPage:
    """`spans` are offsets into the page's extracted text. Raises an ExtractionError."""
    if b"%PDF-" not in data[:1024]:
        raise Unsupported("Only the pages of a PDF can be shown as pictures.")
    book = Book(data)
    if not 1 <= page <= book.count:
        raise Unsupported(f"The document has no page {page}: it has {book.count}.")
    laid = book.laid(page)
    png, width, height = _picture(book, page)
    boxes = tuple(box for at, span in enumerate(spans) for box in _boxes(at, span, laid.marks, laid.sheet))
    return RenderedPage(png, width, height, boxes)


def _picture(book: Book, number: int) -> tuple[bytes, int, int]:
    try:
        page = book.document[number - 1]
        width, height = page.get_size()
        if min(width, height) < _LEAST_SIDE:
            raise Corrupt(f"Page {number} has no area to be shown.")
        scale = min(WIDTH / width, sqrt(MOST_PIXELS / (width * height)))
        bitmap = page.render(scale=scale, rev_byteorder=True)
    except (pdfium.PdfiumError, IndexError) as error:
        raise Corrupt(f"Page {number} cannot be shown: it is damaged.") from error
    try:
        return _png(bitmap), bitmap.width, bitmap.height
    finally:
        bitmap.close()


def _png(bitmap: pdfium.PdfBitmap) -> bytes:
    """Written by hand: a picture library would be one more parser in the process for ten lines of format."""
    channels = bitmap.n_channels
    colours = {1: 0, 3: 2, 4: 6}.get(channels)
    if colours is None:
        raise ExtractionError
    used = bitmap.width * channels
    pixels = memoryview(bitmap.buffer).cast("B")
    rows = b"".join(b"\x00" + pixels[at : at + used] for at in range(0, bitmap.height * bitmap.stride, bitmap.stride))
    header = struct.pack("!IIBBBBB", bitmap.width, bitmap.height, 8, colours, 0, 0, 0)
    parts = (_part(b"IHDR", header), _part(b"IDAT", zlib.compress(rows, 4)), _part(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _part(kind: bytes, data: bytes) -> bytes:
    return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))


def _boxes(at: int, span: tuple[int, int], marks: Sequence[Mark], sheet: Sheet) -> Iterator[Box]:
    """One box for each line that the span touches."""
    line: list[Word] = []
    for mark in marks:
        if mark.start >= span[1] or mark.end <= span[0]:
            continue
        if line and not _continues(line[-1], mark.word):
            yield _box(at, line, sheet)
            line = []
        line.append(mark.word)
    if line:
        yield _box(at, line, sheet)


def _continues(before: Word, word: Word) -> bool:
    return abs(before.middle - word.middle) < before.height * 0.5 and -before.height < word.left - before.right < before.height * 2


def _box(at: int, words: Sequence[Word], sheet: Sheet) -> Box:
    rects = [as_seen(word, sheet) for word in words]
    margin = words[0].height * _MARGIN / sheet.height if not (words[0].tilted or sheet.turn) else 0.0
    left, top = min(rect[0] for rect in rects), min(rect[1] for rect in rects)
    right, bottom = max(rect[2] for rect in rects), max(rect[3] for rect in rects)
    return Box(at, left, max(top - margin, 0.0), right, min(bottom + margin, 1.0))
