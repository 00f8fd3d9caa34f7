"""Text into chunks of about 128 tokens, each a verbatim stretch of one page.

A chunk never crosses a heading that begins a new section, nor a page. Inside a section it ends where a block ends, or else a
sentence, a line or a row, or else a word. What the encoder reads has the title, the heading path and a table's header in front.
"""

import bisect
import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from inference.tokenizer import get_tokenizer
from ingestion.extract.builder import BETWEEN_CELLS
from ingestion.extract.model import Block, Extracted, Page

SIZE = 128
LEAST = SIZE // 4
LONGEST = SIZE + LEAST
WINDOW = 254  # the encoder's 256 less the two tokens that it adds
LONGEST_HEADER = 1_000  # characters: each piece of a table repeats the header, so a wide one would be stored thousands of times
LONGEST_HEADING = 200  # characters, for the same reason
BETWEEN_HEADINGS = " › "
BETWEEN_PAGES = "\n\n"

_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+(?=[\"'“‘«(\[]?[^\W_a-z])|(?<=[。！？])|\n+")
_LINE = re.compile(r"\n+")
_LONG_WORD = 100  # characters, from which the tokenizer sees one unknown token
_WORD, _SENTENCE_END, _BLOCK_END = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Piece:
    """`start` and `end` count characters in the document's text; `text` is exactly what stands there. `table_header` is the header
    of the table that the piece begins inside, or as many of its cells as are bearable, else empty. `embed_text` is what the encoder
    reads."""

    ordinal: int
    page_number: int
    heading: str
    start: int
    end: int
    text: str
    table_header: str
    embed_text: str


@dataclass(frozen=True, slots=True)
class _Atom:
    """The least stretch that stays together. `rank` says how good a place to break is just before it."""

    start: int
    end: int
    rank: int
    table: Block | None = None


@dataclass(frozen=True, slots=True)
class _Section:
    headings: tuple[str, ...]
    atoms: tuple[_Atom, ...]


def split(extracted: Extracted, *, title: str, most: int | None = None) -> list[Piece]:
    """All pieces, or the first `most` of them."""
    return list(itertools.islice(_pieces(extracted, title), most))


def _pieces(extracted: Extracted, title: str) -> Iterator[Piece]:
    ordinals = itertools.count()
    headings: tuple[tuple[int, str], ...] = ()
    offset = 0
    for page in extracted.pages:
        leaf = _Leaf(page, offset)
        sections, headings = _sections(leaf, headings)
        for section in sections:
            for atoms in _packed(section.atoms, leaf):
                yield _piece(next(ordinals), leaf, title, section.headings, atoms)
        offset += len(page.text) + len(BETWEEN_PAGES)


class _Leaf:
    """A page, tokenized once, with its offset in the document; counts the tokens between two offsets of the page."""

    def __init__(self, page: Page, offset: int) -> None:
        self.page, self.text, self.offset = page, page.text, offset
        self.starts: list[int] = []
        for start, end in get_tokenizer().encode(page.text, add_special_tokens=False).offsets:
            self.starts.extend(range(start, end) if end - start > _LONG_WORD else (start,))

    def tokens(self, start: int, end: int) -> int:
        return bisect.bisect_left(self.starts, end) - bisect.bisect_left(self.starts, start)

    def cuts(self, start: int, end: int) -> list[int]:
        """Where a stretch that is too long for one piece is cut: evenly, between words where it has any."""
        first, count = bisect.bisect_left(self.starts, start), self.tokens(start, end)
        parts = -(-count // SIZE)
        cuts = [start]
        for part in range(1, parts):
            at = first + part * count // parts
            cuts.append(next((s for s in self.starts[at : at - LEAST : -1] if self.text[s - 1].isspace()), self.starts[at]))
        return [*cuts, end]


def _sections(leaf: _Leaf, headings: tuple[tuple[int, str], ...]) -> tuple[list[_Section], tuple[tuple[int, str], ...]]:
    """A heading with nothing below it stays with the section after it. Headings reach over the page's end."""
    sections: list[_Section] = []
    atoms: list[_Atom] = []
    only_headings = True
    for block in _covering(leaf.page):
        if block.kind == "heading":
            if not only_headings:
                sections.append(_Section(_path(headings), tuple(atoms)))
                atoms, only_headings = [], True
            text = leaf.text[block.start : block.end].strip()[:LONGEST_HEADING].rstrip()
            headings = (*(above for above in headings if above[0] < block.level), (block.level, text))
        else:
            only_headings = False
        atoms.extend(_atoms(leaf, block))
    if atoms:
        sections.append(_Section(_path(headings), tuple(atoms)))
    return sections, headings


def _covering(page: Page) -> Iterator[Block]:
    """The page's blocks, and a paragraph for each visible stretch that lies in none of them."""
    at = 0
    for block in page.blocks:
        if page.text[at : block.start].strip():
            yield Block("paragraph", at, block.start)
        if block.end > at:
            yield block
            at = block.end
    if page.text[at:].strip():
        yield Block("paragraph", at, len(page.text))


def _path(headings: Iterable[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(text for _, text in headings)


def _atoms(leaf: _Leaf, block: Block) -> Iterator[_Atom]:
    table = block if block.kind == "table" and block.header_end else None
    rank = _BLOCK_END
    for start, end in _stretches(leaf.text, block):
        cuts = [start, end] if leaf.tokens(start, end) <= LONGEST else leaf.cuts(start, end)
        for left, right in itertools.pairwise(cuts):
            yield _Atom(left, right, rank, table)
            rank = _WORD
        rank = _SENTENCE_END


def _stretches(text: str, block: Block) -> Iterator[tuple[int, int]]:
    """Sentences, or the lines of a list, a table or code; a heading is one, and a table's header stays with its first row."""
    if block.kind == "heading":
        yield block.start, block.end
        return
    pattern = _SENTENCE if block.kind == "paragraph" else _LINE
    start = block.start
    for match in pattern.finditer(text, block.header_end or block.start, block.end):
        if match.end() > (block.header_end or 0) + 1 and text[start : match.end()].strip():
            yield start, match.end()
            start = match.end()
    if start < block.end:
        yield start, block.end


def _packed(atoms: Sequence[_Atom], leaf: _Leaf) -> Iterator[Sequence[_Atom]]:
    while atoms:
        total = leaf.tokens(atoms[0].start, atoms[-1].end)
        cut = len(atoms) if total <= LONGEST else _cut(atoms, leaf, total / round(total / SIZE))
        yield atoms[:cut]
        atoms = atoms[cut:]


def _cut(atoms: Sequence[_Atom], leaf: _Leaf, goal: float) -> int:
    """How many atoms the next piece takes: close to the goal; a block's end may be a quarter further from it than a sentence's."""
    best, found = 1, float("inf")
    for count in range(1, len(atoms)):
        size = leaf.tokens(atoms[0].start, atoms[count - 1].end)
        if count > 1 and size > LONGEST:
            break
        distance = abs(size - goal) / goal - 0.25 * atoms[count].rank
        if distance < found:
            best, found = count, distance
    return best


def _piece(ordinal: int, leaf: _Leaf, title: str, headings: tuple[str, ...], atoms: Sequence[_Atom]) -> Piece:
    start, end = _trimmed(leaf.text, atoms[0].start, atoms[-1].end)
    text, header = leaf.text[start:end], _header(leaf.text, start, atoms[0].table)
    path = (part for part in headings if part not in title and not text.startswith(part))
    in_front = [title, BETWEEN_HEADINGS.join(path), header]
    front = _shortened("\n".join(filter(None, in_front)), WINDOW - leaf.tokens(start, end))
    return Piece(
        ordinal=ordinal,
        page_number=leaf.page.number,
        heading=BETWEEN_HEADINGS.join(headings),
        start=leaf.offset + start,
        end=leaf.offset + end,
        text=text,
        table_header=header,
        embed_text=f"{front}\n{text}" if front else text,
    )


def _header(text: str, start: int, table: Block | None) -> str:
    if not table or not table.header_end or start < table.header_end:
        return ""
    if table.header_end - table.start <= LONGEST_HEADER:
        return text[table.start : table.header_end]
    cut = text[table.start : table.start + LONGEST_HEADER]
    return cut.rpartition(BETWEEN_CELLS)[0] or cut


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    stretch = text[start:end]
    return start + len(stretch) - len(stretch.lstrip()), end - len(stretch) + len(stretch.rstrip())


@functools.lru_cache(maxsize=256)
def _shortened(text: str, room: int) -> str:
    offsets = get_tokenizer().encode(text, add_special_tokens=False).offsets
    return text if len(offsets) <= room else text[: offsets[room - 1][1]] if room > 0 else ""
