"""The order in which an eye reads a page: columns one after the other, what spans them between."""

from collections.abc import Sequence
from statistics import median

from ingestion.extract.pdf_rows import Piece

_STEP = 2.0
_MOST_COLUMNS_DEEP = 3
_FEWEST_LINES = 4
_MAY_SPAN = 0.2


def flows(pieces: Sequence[Piece], depth: int = 0) -> list[list[Piece]]:
    """Groups to be read one after the other."""
    if depth > _MOST_COLUMNS_DEEP or len(pieces) < 2 * _FEWEST_LINES:
        return [list(pieces)]
    gutter = _gutter(pieces)
    if gutter is None:
        return [list(pieces)]
    found: list[list[Piece]] = []
    plain: list[Piece] = []
    for band in _bands(pieces, gutter):
        sides = ([p for p in band if p.right <= gutter], [p for p in band if p.left >= gutter])
        if all(map(_is_column, sides)):
            found += [plain, *flows(sides[0], depth + 1), *flows(sides[1], depth + 1)]
            plain = []
        else:
            plain = [*plain, *band]
    return [group for group in [*found, plain] if group]


def _gutter(pieces: Sequence[Piece]) -> float | None:
    """The middle of the widest empty strip that hardly a piece crosses, away from the edges."""
    left, right = min(p.left for p in pieces), max(p.right for p in pieces)
    size = int((right - left) / _STEP) + 1
    if size < 20 or size > 5000:
        return None
    crossed = _crossings(pieces, left, size)
    edge = int(size * 0.15)
    inner = crossed[edge : size - edge]
    least = min(inner)
    if least > len(pieces) * _MAY_SPAN:
        return None
    start, length = _longest_run([count <= least for count in inner])
    return left + (edge + start + length / 2) * _STEP if length * _STEP >= 6 else None


def _crossings(pieces: Sequence[Piece], left: float, size: int) -> list[int]:
    changes = [0] * (size + 2)
    for piece in pieces:
        changes[int((piece.left - left) / _STEP)] += 1
        changes[min(int((piece.right - left) / _STEP) + 1, size + 1)] -= 1
    total, found = 0, []
    for change in changes[:size]:
        total += change
        found.append(total)
    return found


def _longest_run(flags: Sequence[bool]) -> tuple[int, int]:
    best, start = (0, 0), 0
    for at, flag in enumerate([*flags, False]):
        if flag:
            continue
        if at - start > best[1]:
            best = (start, at - start)
        start = at + 1
    return best


def _bands(pieces: Sequence[Piece], gutter: float) -> list[list[Piece]]:
    """From top to bottom: runs of pieces beside the gutter, and each piece that crosses it."""
    bands: list[list[Piece]] = []
    crossing_before = True
    for piece in sorted(pieces, key=lambda piece: piece.top):
        crossing = piece.left < gutter < piece.right
        if crossing or crossing_before:
            bands.append([])
        bands[-1].append(piece)
        crossing_before = crossing
    return bands


def _is_column(side: Sequence[Piece]) -> bool:
    """Running text: lines of several words that fill the width; a table's column holds short cells."""
    if len(side) < _FEWEST_LINES:
        return False
    width = max(p.right for p in side) - min(p.left for p in side)
    return median(p.right - p.left for p in side) >= width * 0.55 and median(len(p.words) for p in side) >= 3
