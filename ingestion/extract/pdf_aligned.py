"""Tables that only align: rows of pieces that stand below each other, without a line drawn."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median, median_low

from ingestion.extract.pdf_page import Word
from ingestion.extract.pdf_rows import Piece, Row

_FURTHEST = 2.6  # line heights between two rows of one table
_WRAPPED = 0.6
_STRAIGHT = 3.0
_ALIGNED = 0.6

Cells = list[list[list[Word]]]


def table_end(rows: Sequence[Row], start: int) -> int:
    """The index after the last row of the table that begins at `start`; `start` itself if none does."""
    if len(rows[start]) < 2:
        return start
    end, wide = start + 1, 1
    while end < len(rows) and _near(rows[end - 1], rows[end]):
        if len(rows[end]) >= 2:
            wide += 1
        elif not _may_continue(rows, start, end):
            break
        end += 1
    while len(rows[end - 1]) < 2 and not _indented(rows, start, end - 1):
        end -= 1
    return end if wide >= 2 and _aligned(rows[start:end]) else start


def cells_of(rows: Sequence[Row]) -> Cells:
    columns = _columns(rows)
    usual = median(_gap(a, b) for a, b in pairwise(rows)) if len(rows) > 2 else 0.0
    table: Cells = []
    before: Row | None = None
    for row in rows:
        cells = _placed(row, columns)
        if before is not None and table and _continues(row, cells, before, usual):
            for own, more in zip(table[-1], cells, strict=True):
                own += more
        else:
            table.append(cells)
        before = row
    return table


def _aligned(rows: Sequence[Row]) -> bool:
    """At least two columns in which most cells share their left edge, their right edge or their middle."""
    columns = _columns(rows)
    wide = [row for row in rows if len(row) >= 2]
    straight = 0
    for extent in columns:
        cells = [piece for row in wide for piece in row if _overlap(piece, extent) > 0]
        edges = ([c.left for c in cells], [c.right for c in cells], [(c.left + c.right) / 2 for c in cells])
        straight += len(cells) >= 2 and any(_share_near_median(edge) >= _ALIGNED for edge in edges)
    return straight >= 2


def _share_near_median(positions: Sequence[float]) -> float:
    middle = median_low(positions)
    return sum(abs(position - middle) <= _STRAIGHT for position in positions) / len(positions)


def _columns(rows: Sequence[Row]) -> list[tuple[float, float]]:
    """The columns' extents, told by the rows with the most cells. Empty if they do not stand below each other."""
    most = max(map(len, rows))
    extents: list[tuple[float, float]] = []
    for left, right in sorted((piece.left, piece.right) for row in rows if len(row) == most for piece in row):
        if extents and left < extents[-1][1]:
            extents[-1] = (extents[-1][0], max(right, extents[-1][1]))
        else:
            extents.append((left, right))
    return extents if len(extents) >= 2 and len(extents) >= most * 0.6 else []


def _placed(row: Row, columns: Sequence[tuple[float, float]]) -> list[list[Word]]:
    cells: list[list[Word]] = [[] for _ in columns]
    for piece in row:
        cells[max(range(len(columns)), key=lambda at: _overlap(piece, columns[at]))] += piece.words
    return cells


def _overlap(piece: Piece, extent: tuple[float, float]) -> float:
    """Shared width; for a piece beside all columns the nearest counts least against it."""
    return min(piece.right, extent[1]) - max(piece.left, extent[0])


def _continues(row: Row, cells: list[list[Word]], before: Row, usual: float) -> bool:
    """A cell's second line: alone in its row and closer than rows are."""
    filled = [at for at, cell in enumerate(cells) if cell]
    height = row[0].height
    gap = _gap(before, row)
    if len(filled) != 1:
        return False
    return gap < height * _WRAPPED and (filled[0] > 0 or gap < usual - height * 0.25)


def _may_continue(rows: Sequence[Row], start: int, at: int) -> bool:
    """A lone piece belongs to the table if it stands under one of its columns or if the table goes on after it."""
    goes_on = at + 1 < len(rows) and len(rows[at + 1]) >= 2 and _near(rows[at], rows[at + 1])
    narrow = len(rows[at][0].words) <= 12
    return narrow and (goes_on or _indented(rows, start, at))


def _indented(rows: Sequence[Row], start: int, at: int) -> bool:
    first = min(row[0].left for row in rows[start:at] if len(row) >= 2)
    return rows[at][0].left > first + 2 * rows[at][0].height


def _near(above: Row, below: Row) -> bool:
    return _gap(above, below) < _FURTHEST * max(piece.height for piece in above)


def _gap(above: Row, below: Row) -> float:
    return min(piece.top for piece in below) - max(piece.bottom for piece in above)
