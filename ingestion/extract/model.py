"""What extraction yields: pages of plain text, and where in them headings, paragraphs, lists, tables and code lie."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

Kind = Literal["heading", "paragraph", "list", "table", "code"]
KINDS: frozenset[str] = frozenset(get_args(Kind))


@dataclass(frozen=True, slots=True)
class Block:
    """`start` and `end` are character offsets into the page's text. A table's rows are lines with cells joined by " | ";
    its header rows, if any, are start..header_end. `level` is a heading's, 1 to 6."""

    kind: Kind
    start: int
    end: int
    level: int = 0
    header_end: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    number: int
    text: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Extracted:
    """`dated` is the date that the document itself states. `paged` says that page numbers mean something to a reader.

    Notes, each a stable word: `partial` (a limit cut the text), `hidden_text` (invisible text was left out),
    `skipped_pages` (pages that could not be read)."""

    title: str | None
    dated: date | None
    paged: bool
    pages: tuple[Page, ...]
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The document's text: its pages joined by a blank line, which is what a chunk's offsets count in."""
        return "\n\n".join(page.text for page in self.pages)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page's picture, in fractions of its width and height, from the top left. `span` is the index of the
    span asked for."""

    span: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class RenderedPage:
    png: bytes
    width: int
    height: int
    boxes: tuple[Box, ...]
