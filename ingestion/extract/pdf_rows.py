"""Words to pieces of lines, pieces to the rows that an eye sees."""

import re
from collections.abc import Iterable, Sequence
from statistics import median

from ingestion.extract.pdf_page import Word

_MARK = re.compile(r"^(?:[•‣◦▪●○■□–—*·\-]|\uf0b7|o|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|\(?[ivx]{1,4}[.)])$")
_CELL_GAP = 0.95  # of a line's height: wider than any space between words, narrower than a table's gap
_MARK_GAP = 4.0


class Piece:
    """Words that stand together on one line."""

    __slots__ = ("bottom", "left", "right", "top", "words")

    def __init__(self, words: list[Word]) -> None:
        self.words = words
        self.left = min(word.left for word in words)
        self.top = min(word.top for word in words)
        self.right = max(word.right for word in words)
        self.bottom = max(word.bottom for word in words)

    @property
    def height(self) -> float:
        return median(word.bottom - word.top for word in self.words) if len(self.words) > 1 else self.bottom - self.top

    @property
    def size(self) -> float:
        return self.words[0].size if len(self.words) == 1 else median(word.size for word in self.words)

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def bold(self) -> bool:
        return all(word.bold for word in self.words)


Row = list[Piece]


def pieces_of(words: Iterable[Word]) -> list[Piece]:
    """Pieces in the order of the words. Two words belong together if they share a line and no cell's gap lies between."""
    found: list[list[Word]] = []
    for word in words:
        if found and _follows(found[-1], word):
            found[-1].append(word)
        else:
            found.append([word])
    return _joined([Piece(group) for group in found])


def _follows(group: Sequence[Word], word: Word) -> bool:
    before = group[-1]
    height = max(min(before.height, word.height), 1.0)
    if not _same_line(before.top, before.bottom, word.top, word.bottom) or before.broken:
        return False
    gap = word.left - before.right
    return -0.5 * height < gap < height * (_MARK_GAP if len(group) == 1 and is_mark(before.text) else _CELL_GAP)


def _same_line(top: float, bottom: float, other_top: float, other_bottom: float) -> bool:
    shared = min(bottom, other_bottom) - max(top, other_top)
    return shared > 0.5 * min(bottom - top, other_bottom - other_top)


def is_mark(text: str) -> bool:
    return len(text) <= 5 and _MARK.match(text) is not None


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Producers draw a line in any order: pieces that touch on one line become one."""
    if len(pieces) < 2:
        return pieces
    joined: list[Piece] = []
    for row in rows_of(pieces):
        last = row[0]
        for piece in row[1:]:
            if _touches(last, piece):
                last = Piece([*last.words, *piece.words])
            else:
                joined.append(last)
                last = piece
        joined.append(last)
    return joined


def _touches(left: Piece, right: Piece) -> bool:
    height = min(left.height, right.height)
    gap = right.left - left.right
    reach = _MARK_GAP if len(left.words) == 1 and is_mark(left.words[0].text) else _CELL_GAP
    return -0.5 * height < gap < height * reach


def rows_of(pieces: Iterable[Piece]) -> list[Row]:
    """Rows from top to bottom, each from left to right."""
    rows: list[Row] = []
    for piece in sorted(pieces, key=lambda piece: (piece.middle, piece.left)):
        row = rows[-1] if rows else None
        if row is not None and _in_row(row, piece):
            row.append(piece)
        else:
            rows.append([piece])
    for row in rows:
        row.sort(key=lambda piece: piece.left)
    return rows


def _in_row(row: Row, piece: Piece) -> bool:
    first = row[0]
    level = abs(first.middle - piece.middle) < 0.6 * max(first.height, piece.height)
    return level and _same_line(first.top, first.bottom, piece.top, piece.bottom)
