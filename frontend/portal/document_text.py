"""A page's text as HTML, rebuilt from its blocks, with the cited words marked. Every word is escaped here."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

Span = tuple[int, int]
_BULLET = re.compile(r"\s*[-*•·‣]\s+")
_CELLS = " | "


@dataclass(frozen=True, slots=True)
class Block:
    kind: str
    start: int
    end: int
    level: int = 0
    header_end: int | None = None


def blocks_of(stored: Iterable[Sequence[object]], text: str) -> list[Block]:
    """The stored blocks; text between them, which nobody should lose, becomes paragraphs."""
    found: list[Block] = []
    reached = 0
    for block in sorted((Block(*entry) for entry in stored), key=lambda block: block.start):  # type: ignore[arg-type]
        found += _between(text, reached, block.start)
        found.append(block)
        reached = max(reached, block.end)
    return found + _between(text, reached, len(text))


def to_html(text: str, blocks: Iterable[Block], mark: Span | None) -> SafeString:
    """`mark` is in the same offsets as the blocks. Its first piece carries `data-mark`, for the page to scroll to."""
    writer = _Writer(text, mark)
    return mark_safe("".join(writer.block(block) for block in blocks))  # noqa: S308  (each piece is escaped by the writer)


def _between(text: str, start: int, end: int) -> list[Block]:
    return [Block("paragraph", start, end)] if text[start:end].strip() else []


class _Writer:
    def __init__(self, text: str, mark: Span | None) -> None:
        self._text, self._mark = text, mark
        self._found = False

    def block(self, block: Block) -> SafeString:
        match block.kind:
            case "heading":
                return format_html("<h3>{}</h3>" if block.level <= 2 else "<h4>{}</h4>", self._marked(block.start, block.end))
            case "list":
                return self._list(block)
            case "table":
                return self._table(block)
            case "code":
                return format_html("<pre>{}</pre>", self._marked(block.start, block.end))
            case _:
                return format_html("<p>{}</p>", self._marked(block.start, block.end))

    def _list(self, block: Block) -> SafeString:
        lines = [(start + self._bullet(start, end), end) for start, end in self._lines(block.start, block.end)]
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((self._marked(*line),) for line in lines)))

    def _bullet(self, start: int, end: int) -> int:
        found = _BULLET.match(self._text, start, end)
        return found.end() - start if found else 0

    def _table(self, block: Block) -> SafeString:
        header_end = block.header_end or block.start
        head = [self._row(line, "th") for line in self._lines(block.start, header_end)]
        body = [self._row(line, "td") for line in self._lines(header_end, block.end)]
        return format_html(
            '<div class="document-table"><table><thead>{}</thead><tbody>{}</tbody></table></div>',
            mark_safe("".join(head)),  # noqa: S308  (rows are escaped)
            mark_safe("".join(body)),  # noqa: S308
        )

    def _row(self, line: Span, cell: str) -> SafeString:
        cells = format_html_join("", f"<{cell}>{{}}</{cell}>", ((words.strip(),) for words in self._text[slice(*line)].split(_CELLS)))
        if not self._overlaps(*line):
            return format_html("<tr>{}</tr>", cells)
        return format_html("<tr class=marked{}>{}</tr>", self._first(), cells)

    def _marked(self, start: int, end: int) -> SafeString:
        """The text with the part of the mark that falls into it."""
        if not self._overlaps(start, end) or self._mark is None:
            return escape(self._text[start:end].strip("\n"))
        left, right = max(start, self._mark[0]), min(end, self._mark[1])
        pieces = self._text[start:left].lstrip("\n"), self._text[left:right], self._text[right:end].rstrip("\n")
        return format_html("{}<mark{}>{}</mark>{}", pieces[0], self._first(), *pieces[1:])

    def _first(self) -> SafeString:
        self._found, before = True, self._found
        return mark_safe("") if before else mark_safe(" data-mark")

    def _overlaps(self, start: int, end: int) -> bool:
        return self._mark is not None and max(start, self._mark[0]) < min(end, self._mark[1])

    def _lines(self, start: int, end: int) -> Iterator[Span]:
        for found in re.compile(r"[^\n]+").finditer(self._text, start, end):
            yield found.span()
