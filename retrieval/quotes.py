"""Quotes: the sentences, list items and table rows of a passage, each at its place, to the letter. By rules; nothing is downloaded."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from documents.queries import Passage

LONGEST = 420
"""Characters, above which a list is quoted item by item."""
CELLS = " | "

_TITLES = r"Mr|Mrs|Ms|Dr|Prof|St|Messrs|Gen|Capt|Sgt|Hon|Rev|vs|cf|approx|e\.g|i\.e|E\.g|I\.e"
_NUMBERED = r"[Nn]os?|[Aa]rt|[Ss]ec|[Ff]igs?|pp?|[Vv]ol|[Cc]h|ca|[Ee]xt|[Tt]el|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
_NEVER_LAST = re.compile(rf"(?:\b(?:{_TITLES}|[A-Z])|^\s*\(?(?:\d{{1,2}}|[a-z]))$")
"""What a sentence does not end with: a title, an initial, the number of an item."""
_BEFORE_NUMBERS = re.compile(rf"\b(?:{_TITLES}|{_NUMBERED})$")
_BREAK = re.compile(r"([.!?…]+)[\"'”’»)\]]*\s+|(?<=[。！？])")
_ITEM = re.compile(r"\s*(?:[-*•·‣▪○●–]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+\S")
_ENDED = re.compile(r"[.!?…:;。！？][\"'”’»)\]]*\s*$")


@dataclass(frozen=True, slots=True)
class Quote:
    """`left` and `right` are offsets in the passage's text. `table_header`: for a row, the header of its table."""

    passage: Passage
    left: int
    right: int
    table_header: str = ""

    @property
    def text(self) -> str:
        return self.passage.text[self.left : self.right]

    @property
    def start(self) -> int:
        """In the document's text."""
        return self.passage.start + self.left

    @property
    def end(self) -> int:
        return self.passage.start + self.right


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str

    @property
    def is_row(self) -> bool:
        return CELLS in self.text

    @property
    def is_item(self) -> bool:
        return _ITEM.match(self.text) is not None


def quotes(passage: Passage) -> list[Quote]:
    """Everything in the passage that can be quoted, in order: no headings, no header rows."""
    lines = list(_lines(passage.text))
    found: list[Quote] = []
    at = 0
    while at < len(lines):
        end = _run(lines, at)
        found.extend(_of_run(passage, lines[at:end]))
        at = end
    return [quote for quote in (_trimmed(quote) for quote in found) if _says_something(quote)]


def _lines(text: str) -> Iterator[_Line]:
    for match in re.finditer(r"[^\n]*\n?", text):
        if match[0]:
            yield _Line(match.start(), match.end(), match[0].rstrip("\n"))


def _run(lines: list[_Line], at: int) -> int:
    """The end of the lines that belong together: a table, a list with the line that introduces it, or a paragraph."""
    end = at + 1
    if lines[at].is_row:
        while end < len(lines) and lines[end].is_row:
            end += 1
        return end
    while end < len(lines) and lines[end].text.strip() and not lines[end].is_row:
        if lines[end].is_item and not (lines[at].is_item or lines[at].text.rstrip().endswith(":")):
            break
        end += 1
    return end


def _of_run(passage: Passage, lines: list[_Line]) -> Iterator[Quote]:
    if lines[0].is_row:
        return _rows(passage, lines)
    if any(line.is_item for line in lines):
        return _list(passage, lines)
    return _sentences(passage, lines[0].start, lines[-1].end)


def _rows(passage: Passage, lines: list[_Line]) -> Iterator[Quote]:
    continued = passage.table_header if lines[0].start == 0 else ""
    header, rows = (continued, lines) if continued else (lines[0].text.strip(), lines[1:])
    for row in rows:
        yield Quote(passage, row.start, row.end, header)


def _list(passage: Passage, lines: list[_Line]) -> Iterator[Quote]:
    """A short list stays whole: an item alone often says nothing. A line that is no item goes on with the item above."""
    if lines[-1].end - lines[0].start <= LONGEST and not lines[0].is_item:
        yield Quote(passage, lines[0].start, lines[-1].end)
        return
    starts = [line.start for line in lines if line.is_item]
    if starts[0] > lines[0].start:
        yield from _sentences(passage, lines[0].start, starts[0])
    for start, end in zip(starts, [*starts[1:], lines[-1].end], strict=True):
        if end - start <= LONGEST:
            yield Quote(passage, start, end)
        else:
            yield from _sentences(passage, start, end)


def _sentences(passage: Passage, start: int, end: int) -> Iterator[Quote]:
    text, left = passage.text, start
    for match in _BREAK.finditer(text, start, end):
        if _ends_sentence(text, left, match, end):
            yield Quote(passage, left, match.end())
            left = match.end()
    if left < end:
        yield Quote(passage, left, end)


def _ends_sentence(text: str, left: int, match: re.Match[str], end: int) -> bool:
    before, following = text[left : match.start()], text[match.end() : end].lstrip("\"'“‘«([")[:1]
    if match[1] != "." or not following:
        return True
    if following.isdigit():
        return not _BEFORE_NUMBERS.search(before)
    return not following.islower() and not _NEVER_LAST.search(before)


def _trimmed(quote: Quote) -> Quote:
    text = quote.text
    left = quote.left + len(text) - len(text.lstrip())
    return Quote(quote.passage, left, max(left, quote.right - (len(text) - len(text.rstrip()))), quote.table_header)


def _says_something(quote: Quote) -> bool:
    """Neither a heading nor a remnant: it ends as a sentence does, is a row, or has the length of one."""
    text = quote.text
    if quote.table_header:
        return any(cell.strip() for cell in text.split(CELLS.strip()))
    path = {part.strip() for part in quote.passage.heading.split(" › ")} | {quote.passage.title}
    words = len(text.split())
    return words >= 3 and text.strip("# ") not in path and (bool(_ENDED.search(text)) or words >= 6)
