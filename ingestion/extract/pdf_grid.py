"""Tables whose cells are drawn: by lines or by filled areas."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingestion.extract.pdf_graphics import Edge, Graphics
from ingestion.extract.pdf_page import Word
from ingestion.extract.pdf_rows import Piece, pieces_of, rows_of

_NEAR = 3.0
_NARROWEST = 6.0
_MOST_LINES = 300
_MOST_CELLS = 5_000

Cells = list[list[list[Word]]]


@dataclass(frozen=True, slots=True)
class Grid:
    """`xs` and `ys` are the borders of columns and rows; the edges say which of them are drawn where."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    across: tuple[Edge, ...]
    down: tuple[Edge, ...]

    def holds(self, word: Word) -> bool:
        x = (word.left + word.right) / 2
        return self.xs[0] - 1 <= x <= self.xs[-1] + 1 and self.ys[0] - 1 <= word.middle <= self.ys[-1] + 1

    def cells(self, words: Iterable[Word]) -> Cells:
        """Rows of cells of words in reading order. A cell over several rows is repeated in each of them."""
        owners = self._owners()
        owned: dict[tuple[int, int], list[Word]] = {}
        for word in words:
            row, column = _slot(self.ys, word.middle), _slot(self.xs, (word.left + word.right) / 2)
            owned.setdefault(owners[row][column], []).append(word)
        in_order = {owner: _reading_order(own) for owner, own in owned.items()}
        rows: Cells = []
        for row, owner_row in enumerate(owners):
            cells = [in_order.get(owner, []) if owner[1] == column else [] for column, owner in enumerate(owner_row)]
            if any(owner[0] == row and in_order.get(owner) for owner in owner_row):
                rows += _by_lines(cells) if len(owners) <= 3 else [cells]
        return _without_empty_columns(rows)

    def _owners(self) -> list[list[tuple[int, int]]]:
        """For each field of the grid the first field of the cell that it belongs to."""
        owners: list[list[tuple[int, int]]] = []
        for row in range(len(self.ys) - 1):
            owners.append([])
            middle = (self.ys[row] + self.ys[row + 1]) / 2
            for column in range(len(self.xs) - 1):
                center = (self.xs[column] + self.xs[column + 1]) / 2
                if column and not _drawn(self.down, self.xs[column], middle):
                    owners[row].append(owners[row][column - 1])
                elif row and not _drawn(self.across, self.ys[row], center):
                    owners[row].append(owners[row - 1][column])
                else:
                    owners[row].append((row, column))
        return owners


def grids(graphics: Graphics) -> list[Grid]:
    across, down = _merged(graphics.across), _merged(graphics.down)
    if len(across) < 2 or len(down) < 2 or len(across) > _MOST_LINES or len(down) > _MOST_LINES:
        return []
    found = []
    for horizontal, vertical in _connected(across, down):
        xs, ys = _borders([edge.at for edge in vertical]), _borders([edge.at for edge in horizontal])
        if len(xs) >= 3 and len(ys) >= 3 and len(xs) * len(ys) <= _MOST_CELLS:
            found.append(Grid(xs, ys, tuple(horizontal), tuple(vertical)))
    return found


def _merged(edges: Iterable[Edge]) -> list[Edge]:
    """Pieces of one line as one line."""
    merged: list[Edge] = []
    for edge in sorted(edges, key=lambda edge: (round(edge.at), edge.start)):
        last = merged[-1] if merged else None
        if last and abs(last.at - edge.at) < 1.5 and edge.start <= last.end + _NEAR:
            merged[-1] = Edge(last.at, last.start, max(last.end, edge.end))
        else:
            merged.append(edge)
    return merged


def _connected(across: Sequence[Edge], down: Sequence[Edge]) -> list[tuple[list[Edge], list[Edge]]]:
    """Lines that cross or touch, directly or by others, make one table."""
    group = list(range(len(across) + len(down)))

    def root(at: int) -> int:
        while group[at] != at:
            group[at] = group[group[at]]
            at = group[at]
        return at

    for i, horizontal in enumerate(across):
        for j, vertical in enumerate(down, start=len(across)):
            if _crosses(horizontal, vertical):
                group[root(i)] = root(j)
    found: dict[int, tuple[list[Edge], list[Edge]]] = {}
    for i, edge in enumerate([*across, *down]):
        found.setdefault(root(i), ([], []))[i >= len(across)].append(edge)
    return list(found.values())


def _crosses(horizontal: Edge, vertical: Edge) -> bool:
    return (
        horizontal.start - _NEAR <= vertical.at <= horizontal.end + _NEAR
        and vertical.start - _NEAR <= horizontal.at <= vertical.end + _NEAR
    )


def _borders(positions: Iterable[float]) -> tuple[float, ...]:
    borders: list[float] = []
    for position in sorted(positions):
        if not borders or position - borders[-1] > _NARROWEST:
            borders.append(position)
    return tuple(borders)


def _drawn(edges: Iterable[Edge], at: float, through: float) -> bool:
    return any(abs(edge.at - at) <= _NARROWEST and edge.start - 1 <= through <= edge.end + 1 for edge in edges)


def _slot(borders: Sequence[float], at: float) -> int:
    for slot in range(len(borders) - 2, 0, -1):
        if at >= borders[slot]:
            return slot
    return 0


def _reading_order(words: Sequence[Word]) -> list[Word]:
    if any(word.tilted for word in words):
        return list(words)
    return [word for row in rows_of(pieces_of(words)) for piece in row for word in piece.words]


def _by_lines(cells: list[list[Word]]) -> Cells:
    """A table that rules only its header and its frame has one tall row: where the columns' lines stand level and are many, each
    line is a row."""
    columns = [rows_of(pieces_of(cell)) for cell in cells]
    most = max(map(len, columns), default=0)
    if most < 3 or sum(len(lines) == most for lines in columns) < 2 or not _figures(columns, most):
        return [cells]
    every = rows_of(piece for lines in columns for row in lines for piece in row)
    return [[_level_with(lines, row) for lines in columns] for row in every]


def _figures(columns: Sequence[list[list[Piece]]], most: int) -> bool:
    """Some column is a list of figures: wrapped prose is not."""
    return any(
        len(lines) == most and sum(any(c.isdigit() for c in row[0].text) and len(row[0].words) <= 3 for row in lines) >= most * 0.6
        for lines in columns
    )


def _level_with(lines: Iterable[list[Piece]], row: list[Piece]) -> list[Word]:
    mine = {id(piece) for piece in row}
    return [word for line in lines for piece in line if id(piece) in mine for word in piece.words]


def _without_empty_columns(rows: Cells) -> Cells:
    if not rows:
        return []
    kept = [column for column in range(len(rows[0])) if any(row[column] for row in rows)]
    return [[row[column] for column in kept] for row in rows]
