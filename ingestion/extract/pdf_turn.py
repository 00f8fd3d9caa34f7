"""Pages whose text runs up or down, such as a wide table on a page set upright: turned for reading, and back for showing marks."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ingestion.extract.pdf_graphics import Edge, Graphics
from ingestion.extract.pdf_page import Sheet, Turn, Word
from ingestion.extract.pdf_space import Rect

_MOST = 0.6


def turned(sheet: Sheet) -> Sheet:
    """The sheet itself unless most of its words are tilted one way."""
    tilted = [word for word in sheet.words if word.tilted]
    if len(tilted) <= len(sheet.words) * _MOST:
        return sheet
    turn = _direction(tilted)
    words = tuple(_placed(word, _turn(_rect(word), turn, sheet)) for word in sheet.words)
    return Sheet(sheet.height, sheet.width, words, _graphics(sheet, turn), sheet.hidden, turn)


def as_seen(word: Word, sheet: Sheet) -> Rect:
    """The word's box on the page as it is shown, in fractions of its width and height."""
    left, top, right, bottom = _rect(word)
    if not sheet.turn:
        return left / sheet.width, top / sheet.height, right / sheet.width, bottom / sheet.height
    along = (1 - right / sheet.width, 1 - left / sheet.width) if sheet.turn == "up" else (left / sheet.width, right / sheet.width)
    beside = (top / sheet.height, bottom / sheet.height) if sheet.turn == "up" else (1 - bottom / sheet.height, 1 - top / sheet.height)
    return beside[0], along[0], beside[1], along[1]


def _direction(tilted: Sequence[Word]) -> Turn:
    """Up if each word mostly stands above the one before it in its line."""
    steps = [b.middle - a.middle for a, b in pairwise(tilted) if abs(b.left - a.left) < 2]
    return "up" if sum(steps) <= 0 else "down"


def _turn(rect: Rect, turn: Turn, sheet: Sheet) -> Rect:
    left, top, right, bottom = rect
    if turn == "up":
        return sheet.height - bottom, left, sheet.height - top, right
    return top, sheet.width - right, bottom, sheet.width - left


def _graphics(sheet: Sheet, turn: Turn) -> Graphics:
    def edges(found: Sequence[Edge], *, level: bool) -> tuple[Edge, ...]:
        boxes = [_turn((e.start, e.at, e.end, e.at) if level else (e.at, e.start, e.at, e.end), turn, sheet) for e in found]
        return tuple(Edge(box[0], box[1], box[3]) if level else Edge(box[1], box[0], box[2]) for box in boxes)

    old = sheet.graphics
    return replace(old, across=edges(old.down, level=False), down=edges(old.across, level=True))


def _rect(word: Word) -> Rect:
    return word.left, word.top, word.right, word.bottom


def _placed(word: Word, rect: Rect) -> Word:
    left, top, right, bottom = rect
    return word._replace(left=left, top=top, right=right, bottom=bottom, tilted=False)
