"""Word's body elements, written as blocks in reading order."""

import re

from ingestion.extract.builder import PageBuilder
from ingestion.extract.cleaning import one_line
from ingestion.extract.docx_package import Element, child, local, switched_on, value
from ingestion.extract.docx_runs import Words, words_of
from ingestion.extract.docx_styles import Numbering, Styles, numbered_by, outline_level
from ingestion.extract.grid import MOST_COLUMNS

_CONTAINERS = frozenset(
    ("document", "body", "sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag", "hdr", "ftr", "AlternateContent", "Choice")
)
_LONGEST_BOLD_HEADING = 90
_DEEPEST = 40
_PAGE_OF = re.compile(r"[\s·•|,;–—-]*\b(page|seite|página|pagina)\b[\s\d]*(of|von|de|di|sur|/)?[\s\d]*$", re.IGNORECASE)
"""What stands around a page's number in a footer."""


class Body:
    def __init__(self, page: PageBuilder, styles: Styles, numbering: Numbering, notes: dict[tuple[str, str], Element]) -> None:
        self.page = page
        self.hidden = False
        self._styles = styles
        self._numbering = numbering
        self._notes = notes
        self._due: list[tuple[str, str]] = []
        self._lines: list[str] = []
        self._seen: set[str] = set()
        self._boxed = 0
        self._running = False

    def write(self, root: Element) -> None:
        self._walk(root, 0)
        self._end_list()

    def write_running(self, root: Element) -> None:
        """A header or footer, unless the same words have been written before or it is only a page number."""
        text = one_line(" ".join(str(words_of(paragraph)) for paragraph in root.iter() if local(paragraph) == "p"))
        if sum(map(str.isalpha, text)) > 4 and text not in self._seen:
            self._seen.add(text)
            self._running = True
            self.write(root)
            self._running = False

    def write_notes(self) -> None:
        """The notes that the text has referred to and that have not been written."""
        for key in self._due:
            note = self._notes.pop(key, None)
            if note is not None:
                text = one_line(" ".join(str(words_of(paragraph)) for paragraph in note.iter() if local(paragraph) == "p"))
                self.page.paragraph(f"Note {key[1]}: {text}" if text else "")
        self._due = []

    def _walk(self, element: Element, depth: int) -> None:
        if depth > _DEEPEST:
            return
        for part in element:
            name = local(part)
            if name == "p":
                self._paragraph(part, depth)
            elif name == "tbl":
                self._table(part, depth)
            elif name in _CONTAINERS:
                self._walk(part, depth + 1)

    def _paragraph(self, paragraph: Element, depth: int) -> None:
        properties = child(paragraph, "pPr")
        words = words_of(paragraph, shaded=self._boxed > 0)
        self.hidden |= words.hidden
        self._place(properties, words)
        self._due += words.notes
        for box in words.boxes:
            self._end_list()
            self._boxed += 1
            self._walk(box, depth + 1)
            self._boxed -= 1
        if self._due and not self._lines:
            self.write_notes()

    def _place(self, properties: Element | None, words: Words) -> None:
        text = one_line(str(words))
        if words.paged and self._running:
            text = _PAGE_OF.sub("", text)
        if not text:
            return
        style = self._styles.of(value(child(properties, "pStyle")))
        level = outline_level(properties) or style.level
        numbered = numbered_by(properties) or style.numbered
        mark = self._numbering.mark(numbered) if numbered else ""
        if not level and not mark and _looks_like_heading(text, words):
            level = 5
        if level:
            self._end_list()
            self.page.heading(mark.removeprefix("- ") + text, level)
        elif mark:
            self._lines.append("  " * min(numbered[1] if numbered else 0, 8) + mark + text)
        else:
            self._end_list()
            self.page.paragraph(text if self._running else str(words))

    def _end_list(self) -> None:
        if self._lines:
            self.page.list(self._lines)
            self._lines = []
            self.write_notes()

    def _table(self, table: Element, depth: int) -> None:
        self._end_list()
        sources = [row for row in _unwrapped(table) if local(row) == "tr"]
        cells = [[cell for cell in _unwrapped(row) if local(cell) == "tc"] for row in sources]
        if sum(map(len, cells)) == 1:
            self._walk(cells[0][0], depth + 1)
            return
        above: dict[int, str] = {}
        styled = child(child(table, "tblPr"), "tblStyle") is not None
        rows = [self._row(row, row_cells, above, styled=styled) for row, row_cells in zip(sources, cells, strict=True)]
        self.page.table(rows, header_rows=_header_rows(table, sources, rows))
        self.write_notes()

    def _row(self, row: Element, cells: list[Element], above: dict[int, str], *, styled: bool) -> list[str]:
        """A cell merged with the one above says again what that says; one over several columns stands in the first."""
        texts: list[str] = [""] * _number(child(child(row, "trPr"), "gridBefore"), 0)
        for cell in cells:
            properties = child(cell, "tcPr")
            merge = child(properties, "vMerge")
            at = len(texts)
            text = self._cell_text(cell, styled=styled)
            if merge is not None and value(merge) in (None, "continue"):
                text = text or above.get(at, "")
            above[at] = text
            texts += [text, *[""] * (_number(child(properties, "gridSpan"), 1) - 1)]
        return texts[:MOST_COLUMNS]

    def _cell_text(self, cell: Element, *, styled: bool) -> str:
        parts: list[str] = []
        shaded = styled or child(child(cell, "tcPr"), "shd") is not None
        for paragraph in cell.iter():
            if local(paragraph) == "p" and not _inside_fallback(paragraph, cell):
                words = words_of(paragraph, shaded=shaded)
                self.hidden |= words.hidden
                self._due += words.notes
                parts.append(str(words))
        return one_line(" ".join(parts))


def _unwrapped(element: Element) -> list[Element]:
    """Children, those inside content controls included."""
    found: list[Element] = []
    for part in element:
        if local(part) in ("sdt", "customXml", "ins"):
            found += _unwrapped(child(part, "sdtContent") if local(part) == "sdt" else part) if len(part) else []
        else:
            found.append(part)
    return found


def _header_rows(table: Element, sources: list[Element], rows: list[list[str]]) -> int:
    """The rows marked to repeat on each page; failing these the first, where the table's look sets it apart and it holds labels."""
    marked = 0
    for row in sources:
        if not switched_on(child(row, "trPr"), "tblHeader"):
            break
        marked += 1
    if marked:
        return marked if marked < len(rows) else 0
    if len(rows) < 2 or any(cell[:1].isdigit() for cell in rows[0]) or not all(cell for cell in rows[0][1:]):
        return 0
    look = child(child(table, "tblPr"), "tblLook")
    return int(value(look, "firstRow") == "1" or _first_row_bit(value(look)))


def _first_row_bit(look: str | None) -> bool:
    try:
        return bool(int(look or "", 16) & 0x20)
    except ValueError:
        return False


def _looks_like_heading(text: str, words: Words) -> bool:
    """What people write who never heard of styles: a short line all in bold."""
    return words.bold and len(text) <= _LONGEST_BOLD_HEADING and not text.endswith((".", ",", ";")) and any(map(str.isalpha, text))


def _inside_fallback(paragraph: Element, cell: Element) -> bool:
    parent = paragraph.getparent()
    while parent is not None and parent is not cell:
        if local(parent) == "Fallback":
            return True
        parent = parent.getparent()
    return False


def _number(element: Element | None, default: int) -> int:
    text = value(element) or ""
    return min(int(text), MOST_COLUMNS) if text.isdigit() and len(text) < 6 else default
