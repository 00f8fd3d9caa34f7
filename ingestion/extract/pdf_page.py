"""What PDFium says of one page: its words with their boxes, its ruling lines and filled areas, as the page is seen (top left is 0, 0)."""

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot
from typing import Any, Literal, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingestion.extract.cleaning import clean
from ingestion.extract.pdf_graphics import Graphics, graphics_of
from ingestion.extract.pdf_notes import Letter, as_raised, raised_from
from ingestion.extract.pdf_space import Rect, Space

HYPHEN = "\ufffe"  # PDFium's sign for a hyphen at a line's end
_TOKEN = re.compile(rf"[^\s\x00\x02{HYPHEN}]+[{HYPHEN}\x02]?")
_AT_LINE_END = (HYPHEN, "\x02", "\u00ad")
_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_INVISIBLE = 3
_SMALLEST_SEEN = 1.5
_CELL_GAP = 0.6
_FIXED_PITCH = 1
_WORDS_WORTH_A_NOTE = 3
_NEARLY_WHITE = 250
_MOST_CHARACTERS = 400_000

Turn = Literal["", "up", "down"]


class Word(NamedTuple):
    """`size` is the font's, in points; `fixed`: all its letters are of one width. `broken`: the word goes on after a hyphen in the
    next line. `tilted`: it does not run level."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float = 10.0
    bold: bool = False
    fixed: bool = False
    broken: bool = False
    tilted: bool = False

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page before its layout is understood. `turn` says that it was turned because its text runs up or down the page."""

    width: float
    height: float
    words: tuple[Word, ...]
    graphics: Graphics
    hidden: bool = False
    turn: Turn = ""


class _Style(NamedTuple):
    size: float
    bold: bool
    fixed: bool
    unseen: bool
    white: bool


def sheet_of(page: pdfium.PdfPage) -> Sheet:
    space = Space(page)
    graphics = graphics_of(page, space)
    text_page = page.get_textpage()
    try:
        scan = _Scan(text_page.raw, space, graphics)
        words = tuple(scan.words())
    finally:
        text_page.close()
    return Sheet(space.width, space.height, words, graphics, scan.hidden)


class _Scan:
    """Walks the characters of a page in the order in which they are drawn."""

    def __init__(self, text: Any, space: Space, graphics: Graphics) -> None:
        self._left_out = 0
        self._text = text
        self._space = space
        self._graphics = graphics
        self._styles: dict[int | None, _Style] = {}
        self._box = raw.FS_RECTF()
        self._box_at = ctypes.byref(self._box)

    def words(self) -> Iterator[Word]:
        for match in _TOKEN.finditer(self._characters()):
            first, last = match.start(), match.end() - 1
            box = self._union(first, last)
            style = self._style(first)
            if box[2] - box[0] > (last - first + 1.5) * style.size * 1.2:
                yield from self._split(match[0], first)
            elif note := self._note(match[0], first):
                yield from self._with_note(match[0], first, note)
            elif word := self._word(match[0], first, box, style):
                yield word

    def _note(self, token: str, first: int) -> int:
        return raised_from(token, lambda at: self._letter(first + at))

    def _with_note(self, token: str, first: int, note: int) -> Iterator[Word]:
        """The mark is a word of its own, still to be seen as raised: a search for TW-750 must find it."""
        for start, text in ((0, token[:note]), (note, as_raised(token[note:]))):
            box = self._union(first + start, first + start + len(text) - 1)
            if word := self._word(text, first + start, box, self._style(first + start)):
                yield word

    def _letter(self, at: int) -> Letter:
        x, y = ctypes.c_double(), ctypes.c_double()
        raw.FPDFText_GetCharOrigin(self._text, at, ctypes.byref(x), ctypes.byref(y))
        return Letter(self._style(at).size, self._space.point(x.value, y.value)[1])

    def _split(self, token: str, first: int) -> Iterator[Word]:
        """PDFium saw no space where there is a gap: letters of neighbouring cells."""
        start, style = 0, self._style(first)
        boxes = [self._rectangle(first + at) for at in range(len(token))]
        for at in range(1, len(token) + 1):
            if at == len(token) or boxes[at][0] - boxes[at - 1][2] > style.size * _CELL_GAP:
                box = self._union(first + start, first + at - 1)
                if word := self._word(token[start:at], first + start, box, style):
                    yield word
                start = at

    def _word(self, token: str, first: int, box: Rect, style: _Style) -> Word | None:
        broken = token[-1] in _AT_LINE_END
        text = clean(token[:-1] + "-" if broken else token)
        if not text or not self._seen(style, box, text):
            return None
        tilted = len(text) > 1 and box[3] - box[1] > (box[2] - box[0]) * 1.2 and self._is_tilted(first)
        return Word(text, *box, style.size, style.bold, style.fixed, broken, tilted)

    def _characters(self) -> str:
        """One character for each index, so that positions in the string are positions on the page."""
        count = min(raw.FPDFText_CountChars(self._text), _MOST_CHARACTERS)
        if count <= 0:
            return ""
        buffer = (ctypes.c_ushort * (count + 1))()
        written = raw.FPDFText_GetText(self._text, 0, count, buffer)
        if written == count + 1:
            text = bytes(buffer)[: count * 2].decode("utf-16-le", "surrogatepass")
            if len(text) == count:
                return text
        return "".join(_character(raw.FPDFText_GetUnicode(self._text, at)) for at in range(count))

    def _union(self, first: int, last: int) -> Rect:
        box = self._rectangle(first)
        if last > first:
            other = self._rectangle(last)
            box = (min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3]))
        return box

    def _rectangle(self, at: int) -> Rect:
        if not raw.FPDFText_GetLooseCharBox(self._text, at, self._box_at):
            return (0.0, 0.0, 0.0, 0.0)
        box = self._box
        return self._space.rect(box.left, box.bottom, box.right, box.top)

    def _seen(self, style: _Style, box: Rect, text: str) -> bool:
        """Off the page, too small for an eye, invisible without a scanned picture under it, or white on nothing: left out."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        if not (0 <= x <= self._space.width and 0 <= y <= self._space.height):
            return False
        seen = max(box[3] - box[1], box[2] - box[0]) > _SMALLEST_SEEN
        if style.unseen or style.white:
            seen = seen and (self._graphics.pictured(x, y) if style.unseen else self._graphics.painted(x, y))
        self._left_out += not seen and len(text) > 2
        return bool(seen)

    @property
    def hidden(self) -> bool:
        return self._left_out > _WORDS_WORTH_A_NOTE

    def _is_tilted(self, at: int) -> bool:
        angle = float(raw.FPDFText_GetCharAngle(self._text, at))
        return bool(abs((angle + self._space.angle + 0.4) % 6.2832 - 0.4) > 0.35)

    def _style(self, at: int) -> _Style:
        thing = raw.FPDFText_GetTextObject(self._text, at)
        key = ctypes.addressof(thing.contents) if thing else None
        if key not in self._styles:
            self._styles[key] = self._read_style(thing, at)
        return self._styles[key]

    def _read_style(self, thing: Any, at: int) -> _Style:
        name = ctypes.create_string_buffer(128)
        flags = ctypes.c_int()
        raw.FPDFText_GetFontInfo(self._text, at, name, 128, ctypes.byref(flags))
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        raw.FPDFText_GetFillColor(self._text, at, *(ctypes.byref(part) for part in (red, green, blue, alpha)))
        bold = bool(_BOLD.search(name.value.decode("utf-8", "replace"))) or raw.FPDFText_GetFontWeight(self._text, at) >= 650
        mode = raw.FPDFTextObj_GetTextRenderMode(thing) if thing else 0
        white = mode == 0 and min(red.value, green.value, blue.value) >= _NEARLY_WHITE
        fixed = bool(flags.value > 0 and flags.value & _FIXED_PITCH)
        return _Style(self._size(at), bold, fixed, mode == _INVISIBLE or (mode == 0 and alpha.value < 8), white)

    def _size(self, at: int) -> float:
        """As it is seen: many producers write size 1 and scale by the matrix."""
        matrix = raw.FS_MATRIX()
        raw.FPDFText_GetMatrix(self._text, at, ctypes.byref(matrix))
        scale = hypot(matrix.c, matrix.d) or 1.0
        return round(float(raw.FPDFText_GetFontSize(self._text, at)) * scale, 1) or 10.0


def _character(code: int) -> str:
    """Exactly one character: what lies beyond the first plane comes as two halves in PDFium and cannot be placed."""
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\x00" if not code else "\ufffd"
