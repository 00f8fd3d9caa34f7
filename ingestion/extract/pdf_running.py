"""Headers, footers and page numbers: what stands in a page's margin and says the same on a page nearby."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingestion.extract.pdf_page import Sheet, Word
from ingestion.extract.pdf_rows import Row, pieces_of, rows_of

REACH = 2  # pages on either side that are compared: left and right pages have headers of their own
_MARGIN = 0.09
_LEVEL = 4.0
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"^[\W_]*(?:(?:page|seite|p\.?|página|pagina)\s*)?(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:of|/|von|de|sur|di)\s*\d{1,4})?[\W_]*$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Line:
    key: str
    middle: float
    words: tuple[Word, ...]


def margin_lines(sheet: Sheet) -> tuple[Line, ...]:
    low, high = sheet.height * _MARGIN, sheet.height * (1 - _MARGIN)
    words = [word for word in sheet.words if not low < word.middle < high and not word.tilted]
    return tuple(map(_line, rows_of(pieces_of(words))))


def body_of(sheet: Sheet, own: Sequence[Line], nearby: Iterable[Sequence[Line]]) -> list[Word]:
    """The page's words without its running lines."""
    others = [line for lines in nearby for line in lines]
    running = {word for line in own if _runs(line, others) for word in line.words}
    return [word for word in sheet.words if word not in running] if running else list(sheet.words)


def _line(row: Row) -> Line:
    words = tuple(word for piece in row for word in piece.words)
    return Line(" ".join(word.text for word in words), row[0].middle, words)


def _runs(line: Line, others: Sequence[Line]) -> bool:
    if _PAGE_NUMBER.match(line.key):
        return True
    shape = _DIGITS.sub("#", line.key)
    return any(abs(other.middle - line.middle) < _LEVEL and _DIGITS.sub("#", other.key) == shape for other in others)
