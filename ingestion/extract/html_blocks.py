"""The events of a walk over HTML, written as blocks."""

from selectolax.lexbor import LexborNode

from ingestion.extract.builder import PageBuilder
from ingestion.extract.cleaning import one_line
from ingestion.extract.grid import Cell, rows_of
from ingestion.extract.html_walk import walk

# fmt: off
_BLOCKS = frozenset(
    ("address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption", "figure",
     "footer", "form", "header", "hgroup", "hr", "html", "legend", "li", "main", "ol", "p", "pre", "section", "summary", "table", "tbody",
     "td", "tfoot", "th", "thead", "tr", "ul", "caption", "h1", "h2", "h3", "h4", "h5", "h6")
)
# fmt: on
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HOLDS_PAGES = "h1, h2, h3, h4, h5, h6, pre, main, article, form"


class Writer:
    """Gathers words until a block ends. Lists keep their marks, tables their rows; a table that only lays out the page is none."""

    def __init__(self, page: PageBuilder) -> None:
        self.page = page
        self.hidden = False
        self._words: list[str] = []
        self._lines: list[str] = []
        self._lists: list[int | None] = []
        self._mark = ""
        self._verbatim = 0
        self._table: Table | None = None

    def write(self, root: LexborNode) -> None:
        for event, node in walk(root, self._on_hidden):
            if event == "text":
                self._words.append(node.text_content or "")
            elif event == "open":
                self._open(node)
            else:
                self._close(node)
        self._flush()
        self._end_list()

    def _on_hidden(self) -> None:
        self.hidden = True

    def _open(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if self._table is not None:
            self._table.open(node, self._words)
        elif tag == "br":
            self._words.append("\n" if self._verbatim or not self._lists else " ")
        elif tag in _BLOCKS:
            self._flush()
            self._begin(tag, node)

    def _begin(self, tag: str, node: LexborNode) -> None:
        if tag == "table" and _holds_data(node):
            self._end_list()
            self._table = Table(node)
        elif tag in ("ul", "ol"):
            start = (node.attributes.get("start") or "1") if tag == "ol" else None
            self._lists.append(None if start is None else int(start) if start.isdigit() and len(start) < 9 else 1)
        elif tag == "li":
            self._mark = self._next_mark()
        elif tag == "pre":
            self._verbatim += 1
        elif tag in _HEADINGS:
            self._end_list()

    def _close(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if self._table is not None:
            if self._table.close(node, self._words):
                self.page.table(*rows_of(self._table.rows))
                self._table = None
        elif tag in _HEADINGS:
            self.page.heading(_collapsed(self._words), _HEADINGS[tag])
            self._words.clear()
        elif tag == "pre":
            self._end_list()
            self.page.code("".join(self._words))
            self._words.clear()
            self._verbatim -= 1
        elif tag in _BLOCKS:
            self._flush()
            if tag in ("ul", "ol") and self._lists:
                self._lists.pop()

    def _flush(self) -> None:
        if self._verbatim:
            return
        text = _collapsed(self._words)
        self._words.clear()
        if not text:
            return
        if self._lists:
            self._lines.append("  " * (len(self._lists) - 1) + (self._mark or "  ") + one_line(text))
            self._mark = ""
            return
        self._end_list()
        self.page.paragraph(text)

    def _end_list(self) -> None:
        self.page.list(self._lines)
        self._lines = []

    def _next_mark(self) -> str:
        if not self._lists or (number := self._lists[-1]) is None:
            return "- " if self._lists else ""
        self._lists[-1] = number + 1
        return f"{number}. "


class Table:
    """One data table while its events pass. Tables inside a cell are that cell's words."""

    def __init__(self, node: LexborNode) -> None:
        self.rows: list[list[Cell]] = []
        self._id = node.mem_id
        self._depth = 1
        self._in_head = False

    def open(self, node: LexborNode, words: list[str]) -> None:
        tag = node.tag
        if tag == "table":
            self._depth += 1
        if self._depth == 1 and tag in ("tr", "td", "th"):
            words.clear()
            if tag == "tr":
                self.rows.append([])
        elif tag == "thead":
            self._in_head = True
        elif tag == "br" or tag in _BLOCKS:
            words.append(" ")

    def close(self, node: LexborNode, words: list[str]) -> bool:
        """True if the table itself ends."""
        tag = node.tag
        if tag == "table":
            self._depth -= 1
            return node.mem_id == self._id
        if tag == "thead":
            self._in_head = False
        if self._depth == 1 and tag in ("td", "th"):
            self._cell(node, one_line("".join(words)))
            words.clear()
        elif self._depth == 1 and tag == "caption":
            self.rows.append([Cell(one_line("".join(words)), heads=False)])
            words.clear()
        elif tag in _BLOCKS:
            words.append(" ")
        return False

    def _cell(self, node: LexborNode, text: str) -> None:
        if not self.rows:
            self.rows.append([])
        heads = node.tag == "th" and node.attributes.get("scope") != "row"
        self.rows[-1].append(Cell(text, _span(node, "colspan"), _span(node, "rowspan"), heads or self._in_head))


def _span(node: LexborNode, name: str) -> int:
    value = (node.attributes.get(name) or "1").strip()
    return min(max(int(value), 1), 1000) if value.isdigit() and len(value) < 6 else 1


def _holds_data(table: LexborNode) -> bool:
    if table.attributes.get("role") in ("presentation", "none") or table.css_first(_HOLDS_PAGES) is not None:
        return False
    return len(table.css("td, th")) > 1 and len(table.text(deep=True)) < 2_000_000


def _collapsed(words: list[str]) -> str:
    """White space as a browser shows it; line breaks from <br> are kept as lone newlines in `words`."""
    lines = [[]]  # type: list[list[str]]
    for word in words:
        if word == "\n":
            lines.append([])
        else:
            lines[-1].append(word)
    return "\n".join(one_line("".join(line)) for line in lines).strip()
