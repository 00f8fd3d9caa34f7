"""Tables with merged cells as plain rows: a value that spans rows or columns is repeated, so that every row keeps its labels."""

from collections.abc import Iterable
from dataclasses import dataclass

MOST_CELLS = 400_000
MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    columns: int = 1
    rows: int = 1
    heads: bool = False


def rows_of(table: Iterable[list[Cell]]) -> tuple[list[list[str]], int]:
    """The rows, and how many of the first are header rows. A cell over several columns stands in the first of them, unless it is a
    header's, and one over several rows in each of them."""
    rows: list[list[str]] = []
    headers, in_header, cells = 0, True, 0
    below: dict[int, tuple[int, str]] = {}
    for source in table:
        row = _placed(source, below)
        in_header = in_header and bool(source) and all(cell.heads for cell in source)
        headers += in_header
        rows.append(row)
        cells += len(row)
        if cells > MOST_CELLS:
            break
    return rows, headers if headers < len(rows) else 0


def _placed(source: list[Cell], below: dict[int, tuple[int, str]]) -> list[str]:
    row: list[str] = []
    _continued(row, below)
    for cell in source:
        for at in range(min(cell.columns, MOST_COLUMNS - len(row))):
            text = cell.text if at == 0 or cell.heads else ""
            if cell.rows > 1:
                below[len(row)] = (cell.rows - 1, text)
            row.append(text)
        _continued(row, below)
    return row


def _continued(row: list[str], below: dict[int, tuple[int, str]]) -> None:
    """Takes the cells that reach down from the rows above."""
    while len(row) in below:
        left, text = below.pop(len(row))
        if left > 1:
            below[len(row)] = (left - 1, text)
        row.append(text)
