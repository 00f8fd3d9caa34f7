"""Collects blocks into the text of one page, so that every format counts its offsets in the same way."""

from collections.abc import Iterable, Sequence

from ingestion.extract.cleaning import clean, one_line
from ingestion.extract.model import Block, Kind, Page

BETWEEN_BLOCKS = "\n\n"
BETWEEN_CELLS = " | "


class PageBuilder:
    """Blocks are joined by a blank line; a block without visible text is not kept."""

    def __init__(self, number: int = 1) -> None:
        self.number = number
        self.size = 0
        self._parts: list[str] = []
        self._blocks: list[Block] = []

    def heading(self, text: str, level: int) -> None:
        self._add("heading", one_line(text), level=min(max(level, 1), 6))

    def paragraph(self, text: str) -> None:
        self._add("paragraph", tidy_lines(text))

    def list(self, lines: Iterable[str]) -> None:
        self._add("list", "\n".join(line.rstrip() for line in map(clean, lines) if line.strip()))

    def code(self, text: str) -> None:
        self._add("code", clean(text).strip("\n"))

    def table(self, rows: Iterable[Sequence[str]], header_rows: int = 0) -> None:
        lines: list[str] = []
        header = 0
        for at, row in enumerate(rows):
            line = table_line(row)
            if line:
                lines.append(line)
                header += at < header_rows
        header_size = len("\n".join(lines[:header])) if header else None
        self._add("table", "\n".join(lines), header_size=header_size)

    def page(self) -> Page:
        return Page(self.number, BETWEEN_BLOCKS.join(self._parts), tuple(self._blocks))

    @property
    def blocks(self) -> Sequence[Block]:
        return self._blocks

    def _add(self, kind: Kind, text: str, *, level: int = 0, header_size: int | None = None) -> None:
        if not text.strip():
            return
        start = self.size + (len(BETWEEN_BLOCKS) if self._parts else 0)
        end = start + len(text)
        header_end = None if header_size is None else start + header_size
        self._blocks.append(Block(kind, start, end, level, header_end))
        self._parts.append(text)
        self.size = end


def tidy_lines(text: str) -> str:
    lines = (" ".join(line.split()) for line in clean(text).split("\n"))
    return "\n".join(line for line in lines if line)


def table_line(cells: Sequence[str]) -> str:
    """One row as one line. Empty cells in the middle stay, so that every value keeps its column."""
    tidy = [one_line(cell) for cell in cells]
    while tidy and not tidy[-1]:
        tidy.pop()
    return BETWEEN_CELLS.join(tidy)
