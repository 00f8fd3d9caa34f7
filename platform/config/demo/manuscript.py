"""The readable source of a PDF or DOCX file of the demo company: front matter, then Markdown with tables, notes and page breaks.

Beyond CommonMark: `^1^` is superscript, a paragraph that begins with it is a note below a table, "Table 1: …" is a caption, and
`\\newpage` alone begins a page.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_SUPERSCRIPT = re.compile(r"\^(\w+)\^")
_CAPTION = re.compile(r"Table \d+: ")
_PARSER = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Run:
    """A stretch of text in one style."""

    text: str
    bold: bool = False
    italic: bool = False
    superscript: bool = False


TextKind = Literal["paragraph", "caption", "note", "item"]
Line = tuple[Run, ...]


@dataclass(frozen=True)
class Heading:
    level: int
    line: Line


@dataclass(frozen=True)
class Text:
    """`marker` is what stands before a list's item: a bullet or "2."."""

    kind: TextKind
    line: Line
    marker: str = ""


@dataclass(frozen=True)
class Table:
    """The first row is the header."""

    rows: tuple[tuple[Line, ...], ...]

    @property
    def plain(self) -> list[list[str]]:
        return [[plain(cell) for cell in row] for row in self.rows]


@dataclass(frozen=True)
class PageBreak:
    pass


Block = Heading | Text | Table | PageBreak


@dataclass(frozen=True)
class Manuscript:
    title: str
    author: str
    date: date
    reference: str
    version: str
    notice: str
    blocks: tuple[Block, ...]

    @property
    def moment(self) -> datetime:
        """The date as a file's metadata want it."""
        return datetime.combine(self.date, time(9, 0), tzinfo=UTC)

    @property
    def byline(self) -> str:
        day = f"{self.date.day} {self.date:%B %Y}"
        return f"Dated {day} · Version {self.version} · {self.reference} · {self.author}"


def plain(line: Line) -> str:
    return "".join(run.text for run in line)


def parse(source: str) -> Manuscript:
    found = _FRONT_MATTER.match(source)
    if not found:
        raise ValueError("a manuscript begins with front matter between two lines of ---")
    fields = dict(_field(line) for line in found[1].splitlines())
    blocks = tuple(_blocks(_PARSER.parse(source[found.end() :])))
    return Manuscript(
        title=fields["title"], author=fields["author"], date=date.fromisoformat(fields["date"]), reference=fields["reference"],
        version=fields["version"], notice=fields["notice"], blocks=blocks,
    )  # fmt: skip


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(), value.strip().strip('"')


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    marker = ""
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            yield Heading(int(token.tag[1]), _line(tokens[place + 1]))
        elif token.type == "table_open":
            yield _table(tokens[place:])
        elif token.type == "list_item_open":
            marker = f"{token.info}." if token.info else "•"
        elif token.type == "list_item_close":
            marker = ""
        elif token.type == "paragraph_open":
            yield _paragraph(tokens[place + 1], marker)


def _paragraph(inline: Token, marker: str) -> Block:
    if inline.content == "\\newpage":
        return PageBreak()
    if marker:
        return Text("item", _line(inline), marker)
    if inline.content.startswith("^"):
        return Text("note", _line(inline))
    return Text("caption" if _CAPTION.match(inline.content) else "paragraph", _line(inline))


def _table(tokens: Sequence[Token]) -> Table:
    rows: list[list[Line]] = []
    for token in tokens:
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_line(token))
    return Table(tuple(tuple(row) for row in rows))


def _line(inline: Token) -> Line:
    bold = italic = False
    runs: list[Run] = []
    for token in inline.children or []:
        if token.type in {"strong_open", "strong_close"}:
            bold = token.type == "strong_open"
        elif token.type in {"em_open", "em_close"}:
            italic = token.type == "em_open"
        elif token.type == "softbreak":
            runs.append(Run(" ", bold, italic))
        elif token.content:
            runs += _with_superscripts(token.content, bold, italic)
    return tuple(runs)


def _with_superscripts(text: str, bold: bool, italic: bool) -> list[Run]:
    """Every second piece of the split is what stood between two carets."""
    pieces = _SUPERSCRIPT.split(text)
    return [Run(piece, bold, italic, superscript=bool(place % 2)) for place, piece in enumerate(pieces) if piece]
