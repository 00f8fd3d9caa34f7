"""Headers, footers and page numbers: what stands in a page's margin and says the same on a page nearby."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingestion.extract.pdf_page import Sheet, Word
from ingestion.extract.pdf_rows import Row, pieces_of, rows_of

REACH = 2  # pages on either side that are compared: left and right pages have headers of their own
_MARGIN = 0.09
_LEVEL = 4.0
_NUMBERS = re.compile(r"\d+|\b[ivxl]{1,6}$")
_WIDE_GAP = 1.2  # line heights between a page's number and the running title beside it
_PAGE_NUMBER = re.compile(
    r"^[\W_]*(?:(?:page|seite|p\.?|página|pagina)\s*)?(?:\d{1,4}(?:-\d{1,4})?|[ivxl]{1,6})"
    r"(?:\s*(?:of|/|von|de|sur|di)\s*\d{1,4})?[\W_]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    key: str
    middle: float
    words: tuple[Word, ...]

    @property
    def numbered(self) -> bool:
        """A number set apart at one end: `Chapter 2. Roles      11`."""
        if not 2 <= len(self.words) <= 14:
            return False
        first, second, before_last, last = self.words[0], self.words[1], self.words[-2], self.words[-1]
        return _apart(first, second, first) or _apart(before_last, last, last)


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
    if _PAGE_NUMBER.match(line.key) or line.numbered:
        return True
    shape = _NUMBERS.sub("#", line.key)
    return any(abs(other.middle - line.middle) < _LEVEL and _NUMBERS.sub("#", other.key) == shape for other in others)


def _apart(left: Word, right: Word, number: Word) -> bool:
    return number.text.isdigit() and len(number.text) <= 4 and right.left - left.right > _WIDE_GAP * number.height
