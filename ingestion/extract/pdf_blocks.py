"""A page's reading order cut into headings, paragraphs, lists and tables, each still made of words with their boxes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from ingestion.extract.model import Kind
from ingestion.extract.pdf_aligned import cells_of, table_end
from ingestion.extract.pdf_columns import flows
from ingestion.extract.pdf_grid import Cells, Grid, grids
from ingestion.extract.pdf_page import Sheet, Word
from ingestion.extract.pdf_rows import Piece, Row, is_mark, pieces_of, rows_of

_LARGER = 1.12
_LONGEST_HEADING = 200
_LEAST_FILLED = 0.3
_FEWEST_LINES_OF_CODE = 2
_MOST_WORDS_IN_BOLD_HEADING = 14


@dataclass(slots=True)
class Draft:
    """`lines` of a heading, paragraph or code, a list's items, or `cells` of a table. `size` is the font's."""

    kind: Kind
    lines: list[list[Word]] = field(default_factory=list)
    cells: Cells = field(default_factory=list)
    header_rows: int = 0
    size: float = 0.0
    bold: bool = False


def drafts_of(sheet: Sheet, words: Sequence[Word], *, body: float) -> list[Draft]:
    """`words` are the sheet's without running headers and footers, `body` the font size of running text."""
    tables, loose = _drawn_tables(sheet, words)
    found: list[Draft] = []
    for flow in flows([*pieces_of(word for word in loose if not word.tilted), *tables]):
        found += _flow(flow, body)
    tilted = [word for word in loose if word.tilted]
    if tilted:
        found.append(Draft("paragraph", lines=[tilted], size=body))
    return found


class _Table(Piece):
    """A drawn table takes its place in the reading order as one piece."""

    __slots__ = ("cells",)

    def __init__(self, grid: Grid, words: list[Word], cells: Cells) -> None:
        super().__init__(words)
        self.left, self.right = grid.xs[0], grid.xs[-1]
        self.top, self.bottom = grid.ys[0], grid.ys[-1]
        self.cells = cells


def _drawn_tables(sheet: Sheet, words: Sequence[Word]) -> tuple[list[_Table], list[Word]]:
    tables: list[_Table] = []
    loose = list(words)
    for grid in sorted(grids(sheet.graphics), key=lambda grid: (grid.xs[-1] - grid.xs[0]) * (grid.ys[-1] - grid.ys[0])):
        inside = [word for word in loose if grid.holds(word)]
        cells = grid.cells(inside) if inside else []
        if len(cells) >= 2 and len(cells[0]) >= 2 and _is_table(cells):
            tables.append(_Table(grid, inside, cells))
            loose = [word for word in loose if not grid.holds(word)]
    return tables, loose


def _is_table(cells: Cells) -> bool:
    """Not a page's frame, a box around running text or a drawing: many cells are filled, none holds nearly everything."""
    sizes = [len(cell) for row in cells for cell in row if cell]
    filled = len(sizes) >= len(cells) * len(cells[0]) * _LEAST_FILLED
    return filled and len(sizes) >= 3 and max(sizes) < max(sum(sizes) * 0.8, 8)


def _flow(flow: Sequence[Piece], body: float) -> Iterator[Draft]:
    rows: list[Row] = []
    for row in _table_apart(flow):
        if isinstance(row[0], _Table):
            yield from _texts(rows, body)
            rows = []
            yield _table_draft(row[0].cells)
        else:
            rows.append(row)
    yield from _texts(rows, body)


def _table_apart(flow: Sequence[Piece]) -> list[Row]:
    tables: list[Row] = [[piece] for piece in flow if isinstance(piece, _Table)]
    rows = rows_of(piece for piece in flow if not isinstance(piece, _Table))
    return sorted([*rows, *tables], key=lambda row: row[0].top if isinstance(row[0], _Table) else row[0].middle)


def _texts(rows: Sequence[Row], body: float) -> Iterator[Draft]:
    at, lines = 0, list[Piece]()
    while at < len(rows):
        end, code = _code_end(rows, at), True
        if end == at:
            end, code = table_end(rows, at), False
        if end == at:
            lines.append(_one(rows[at]))
            at += 1
            continue
        yield from _paragraphs(lines, body)
        lines = []
        yield _code_draft(rows[at:end]) if code else _table_draft(cells_of(rows[at:end]))
        at = end
    yield from _paragraphs(lines, body)


def _code_end(rows: Sequence[Row], start: int) -> int:
    end = start
    while end < len(rows) and all(word.fixed for piece in rows[end] for word in piece.words):
        end += 1
    return end if end - start >= _FEWEST_LINES_OF_CODE else start


def _code_draft(rows: Sequence[Row]) -> Draft:
    return Draft("code", lines=[_one(row).words for row in rows])


def _one(row: Row) -> Piece:
    return row[0] if len(row) == 1 else Piece([word for piece in row for word in piece.words])


def _table_draft(cells: Cells) -> Draft:
    return Draft("table", cells=cells, header_rows=_header_rows(cells))


def _header_rows(cells: Cells) -> int:
    """Labels above figures: leading rows without a figure; a second one only while the first column is empty."""
    if len(cells) < 2 or _has_figure(cells[0]):
        return 0
    titled = len(cells) > 2 and sum(map(bool, cells[0])) == 1 < sum(map(bool, cells[1])) and not _has_figure(cells[1])
    header = 2 if titled else 1
    while header < min(len(cells) - 1, 3) and not (cells[header - 1][0] or cells[header][0] or _has_figure(cells[header])):
        header += 1
    return header


def _has_figure(row: Sequence[Sequence[Word]]) -> bool:
    texts = ["".join(word.text for word in cell) for cell in row[1:]]
    return any(
        text and sum(map(str.isdigit, text)) * 2 >= len(text) and not (len(text) == 4 and text[:2] in ("19", "20")) for text in texts
    )


def _paragraphs(lines: Sequence[Piece], body: float) -> Iterator[Draft]:
    if not lines:
        return
    right = max(line.right for line in lines)
    leading = _leading(lines)
    group: list[Piece] = []
    for line in lines:
        if group and _breaks(group, line, body=body, right=right, leading=leading):
            yield _text_draft(group, body)
            group = []
        group.append(line)
    yield _text_draft(group, body)


def _leading(lines: Sequence[Piece]) -> float:
    """The usual step from line to line."""
    steps = [b.middle - a.middle for a, b in pairwise(lines) if 0 < b.middle - a.middle < 3 * a.height]
    return sorted(steps)[len(steps) // 4] if steps else 0.0


def _breaks(group: Sequence[Piece], line: Piece, *, body: float, right: float, leading: float) -> bool:
    before = group[-1]
    step = line.middle - before.middle
    heads = _is_heading(before, body) and before.size > body
    if step > max(leading * 1.3, before.height * (1.45 if heads else 1.05)) + 1 or step < -before.height * 0.5:
        return True
    if _is_heading(before, body) != _is_heading(line, body) or abs(line.size - before.size) > 0.12 * max(line.size, before.size):
        return True
    if is_mark(line.words[0].text) and len(line.words) > 1:
        return True
    short = right - before.right > 0.25 * (right - min(before.left, line.left))
    if before.words[-1].text.endswith((".", "!", "?", ":")) and (short or line.left - before.left > 0.8 * line.height):
        return not is_mark(before.words[0].text) or short
    return _is_label(before, short)


def _is_label(line: Piece, short: bool) -> bool:
    """A short line that ends with nothing a sentence would, followed by a new one: addresses, fields, bold labels."""
    return short and not line.words[-1].text.endswith((",", "-")) and len(line.words) <= 4


def _is_heading(line: Piece, body: float) -> bool:
    if line.size > body * _LARGER:
        return True
    return line.bold and len(line.words) <= _MOST_WORDS_IN_BOLD_HEADING and not line.words[-1].text.endswith((".", ",", ";"))


def _text_draft(group: Sequence[Piece], body: float) -> Draft:
    size = median(line.size for line in group)
    bold = all(line.bold for line in group)
    lines = [line.words for line in group]
    text = " ".join(line.text for line in group)
    if is_mark(lines[0][0].text) and len(lines[0]) > 1 and not (bold and len(text) < 90):
        return Draft("list", lines=lines, size=size)
    heads = all(_is_heading(line, body) for line in group) and len(text) <= _LONGEST_HEADING and any(map(str.isalpha, text))
    return Draft("heading" if heads else "paragraph", lines=lines, size=size, bold=bold)
