"""Drafts to the page's text, and for every word of it the box where it stands on the page."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingestion.extract.builder import BETWEEN_CELLS, PageBuilder
from ingestion.extract.model import Page
from ingestion.extract.pdf_blocks import Draft
from ingestion.extract.pdf_page import Word
from ingestion.extract.pdf_rows import is_mark

# First halves of the compounds that English writes with a hyphen.
_FIRST_HALVES = (
    "all back best brand built co cost cross day decision double end ever first four front full fully half hard high in inter key large "
    "life long low mid multi must near new non off old on one open out over part peer post pre problem real right risk role second self "
    "semi short single six small so step sub team ten third three time top two under up user value web well whole wide work year zero"
)
COMPOUNDING = frozenset(_FIRST_HALVES.split())
_DEEPEST_INDENT = 60
_BARE = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Mark:
    """A word's place in the page's text."""

    start: int
    end: int
    word: Word


class Composer:
    """`marks` and the headings' `sizes` are filled as the page is written; all headings are of level 1 until the document is known."""

    def __init__(self, number: int, words: Sequence[Word]) -> None:
        self.marks: list[Mark] = []
        self.sizes: list[int] = []
        self._builder = PageBuilder(number)
        self._known = {_BARE.sub("", word.text).lower() for word in words if not word.broken}

    def page(self, drafts: Sequence[Draft]) -> Page:
        for draft in _lists_joined(drafts):
            self._write(draft)
        return self._builder.page()

    def _write(self, draft: Draft) -> None:
        before = len(self._builder.blocks)
        writing = _Writing(self._known)
        if draft.kind == "table":
            rows = [[writing.alone(cell) for cell in row] for row in draft.cells]
            self._builder.table(rows, header_rows=draft.header_rows)
            writing = _Writing(self._known)
            writing.rows(draft.cells)
        elif draft.kind == "heading":
            self._builder.heading(writing.running(draft.lines), 1)
        elif draft.kind == "code":
            self._builder.code(writing.code(draft.lines))
        elif draft.kind == "list":
            self._builder.list(writing.items(draft.lines).split("\n"))
        else:
            self._builder.paragraph(writing.running(draft.lines))
        if len(self._builder.blocks) > before:
            start = self._builder.blocks[-1].start
            self.sizes += [size_key(draft)] if draft.kind == "heading" else []
            self.marks += (Mark(start + a, start + b, word) for a, b, word in writing.marks)


def size_key(draft: Draft) -> int:
    """Headings of one size and weight are of one level. Half points tell sizes apart."""
    return round(draft.size * 2) * 2 + draft.bold


class _Writing:
    """One block's text and where its words are in it."""

    def __init__(self, known: set[str]) -> None:
        self.marks: list[tuple[int, int, Word]] = []
        self._known = known
        self._parts: list[str] = []
        self._size = 0

    def running(self, lines: Sequence[Sequence[Word]]) -> str:
        words = [word for line in lines for word in line]
        for at, word in enumerate(words):
            following = words[at + 1] if at + 1 < len(words) else None
            text, space = self._end_of(word, following)
            self._put(text, word)
            if following is not None and space:
                self._put(" ")
        return "".join(self._parts)

    def items(self, lines: Sequence[Sequence[Word]]) -> str:
        """A list's item begins with a line whose first word is a mark."""
        item: list[Sequence[Word]] = []
        for line in lines:
            if item and line[0].text and _begins_item(line):
                self.running(item)
                self._put("\n")
                item = []
            item.append(line)
        return self.running(item)

    def code(self, lines: Sequence[Sequence[Word]]) -> str:
        """Line by line, indented by the letters that would fit in front."""
        margin = min(line[0].left for line in lines)
        for at, line in enumerate(lines):
            letter = (line[0].right - line[0].left) / len(line[0].text) or 1.0
            self._put(("\n" if at else "") + " " * min(round((line[0].left - margin) / letter), _DEEPEST_INDENT))
            self.running([line])
        return "".join(self._parts)

    def rows(self, cells: Sequence[Sequence[Sequence[Word]]]) -> None:
        """The same text as the builder's table."""
        written = False
        for row in cells:
            filled = max((at + 1 for at, cell in enumerate(row) if cell), default=0)
            if not filled:
                continue
            if written:
                self._put("\n")
            written = True
            for at, cell in enumerate(row[:filled]):
                if at:
                    self._put(BETWEEN_CELLS)
                self.running([cell])

    def alone(self, words: Sequence[Word]) -> str:
        return _Writing(self._known).running([words])

    def _put(self, text: str, word: Word | None = None) -> None:
        if word is not None:
            self.marks.append((self._size, self._size + len(text), word))
        self._parts.append(text)
        self._size += len(text)

    def _end_of(self, word: Word, following: Word | None) -> tuple[str, bool]:
        """The word's text and whether a space follows. A hyphen at a line's end goes unless both halves are words of their own."""
        if not word.broken or following is None:
            return word.text, True
        left, right = (_BARE.sub("", text).lower() for text in (word.text, following.text))
        if left + right in self._known:
            return word.text[:-1], False
        compound = left in COMPOUNDING or (left in self._known and right in self._known) or "-" in word.text[:-1]
        return (word.text if compound or not following.text[:1].islower() else word.text[:-1]), False


def _begins_item(line: Sequence[Word]) -> bool:
    return len(line) > 1 and is_mark(line[0].text)


def _lists_joined(drafts: Sequence[Draft]) -> Iterator[Draft]:
    """Items one after the other are one list."""
    open_list: Draft | None = None
    for draft in drafts:
        if draft.kind == "list":
            if open_list is None:
                open_list = Draft("list", size=draft.size)
            open_list.lines += draft.lines
            continue
        if open_list is not None:
            yield open_list
            open_list = None
        yield draft
    if open_list is not None:
        yield open_list
