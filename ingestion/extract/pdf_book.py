"""A PDF's pages, laid out one at a time. What a page's text is depends on it and two neighbours on each side only, so that one page
can be laid out again, for a picture with marks, without reading the whole."""

from collections import Counter
from dataclasses import dataclass

import pypdfium2 as pdfium

from ingestion.extract.errors import Corrupt, PasswordProtected
from ingestion.extract.model import Page
from ingestion.extract.pdf_blocks import drafts_of
from ingestion.extract.pdf_compose import Composer, Mark
from ingestion.extract.pdf_graphics import Graphics
from ingestion.extract.pdf_page import Sheet, sheet_of
from ingestion.extract.pdf_running import REACH, Line, body_of, margin_lines
from ingestion.extract.pdf_turn import turned

_UNREADABLE = Sheet(1.0, 1.0, (), Graphics())


@dataclass(frozen=True, slots=True)
class Laid:
    """`sizes` are those of the page's headings in order, from which the document's levels are told."""

    page: Page
    marks: tuple[Mark, ...]
    sizes: tuple[int, ...]
    sheet: Sheet

    @property
    def readable(self) -> bool:
        return self.sheet is not _UNREADABLE

    @property
    def only_pictures(self) -> bool:
        return not self.page.text and bool(self.sheet.graphics.pictures)


class Book:
    """Raises PasswordProtected or Corrupt. Pages count from 1."""

    def __init__(self, data: bytes) -> None:
        try:
            self.document = pdfium.PdfDocument(data)
            self.count = len(self.document)
        except pdfium.PdfiumError as error:
            raise PasswordProtected if getattr(error, "err_code", 0) == pdfium.raw.FPDF_ERR_PASSWORD else Corrupt from error
        if not self.count:
            raise Corrupt
        self._sheets: dict[int, tuple[Sheet, tuple[Line, ...]]] = {}
        self._sizes: dict[int, Counter[float]] = {}

    def laid(self, number: int) -> Laid:
        near = [other for other in range(number - REACH, number + REACH + 1) if 1 <= other <= self.count]
        self._sheets = {other: self._sheets.get(other) or self._read(other) for other in near}
        sheet, own = self._sheets[number]
        words = body_of(sheet, own, [lines for other, (_, lines) in self._sheets.items() if other != number])
        composer = Composer(number, words)
        page = composer.page(drafts_of(sheet, words, body=self._body_size()))
        return Laid(page, tuple(composer.marks), tuple(composer.sizes), sheet)

    def _body_size(self) -> float:
        """The font size of most characters here and nearby."""
        sizes: Counter[float] = Counter()
        for number, (sheet, _) in self._sheets.items():
            if number not in self._sizes:
                self._sizes[number] = _sizes_of(sheet)
            sizes += self._sizes[number]
        return sizes.most_common(1)[0][0] if sizes else 10.0

    def metadata(self) -> dict[str, str]:
        try:
            return {key: str(value) for key, value in self.document.get_metadata_dict(skip_empty=True).items()}
        except (pdfium.PdfiumError, UnicodeError):
            return {}

    def _read(self, number: int) -> tuple[Sheet, tuple[Line, ...]]:
        try:
            page = self.document[number - 1]
        except (pdfium.PdfiumError, IndexError):
            return _UNREADABLE, ()
        try:
            sheet = turned(sheet_of(page))
        except pdfium.PdfiumError:
            return _UNREADABLE, ()
        finally:
            page.close()
        return sheet, margin_lines(sheet)


def _sizes_of(sheet: Sheet) -> Counter[float]:
    """How many characters are of each font size."""
    sizes: Counter[float] = Counter()
    for word in sheet.words:
        sizes[word.size] += len(word.text)
    return sizes
