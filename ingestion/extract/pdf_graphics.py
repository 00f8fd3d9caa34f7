"""The lines, filled areas and pictures of a PDF's page, as far as they tell where a table's cells are and what text is hidden."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingestion.extract.pdf_space import Rect, Space

_MOST_OBJECTS = 20_000
_MOST_PATHS = 3_000
_MOST_SEGMENTS = 4_000
_THIN = 3.0
_SHORTEST = 6.0


@dataclass(frozen=True, slots=True)
class Edge:
    """A straight line along the page: at `at`, from `start` to `end`."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Graphics:
    across: tuple[Edge, ...] = ()
    down: tuple[Edge, ...] = ()
    fills: tuple[Rect, ...] = ()
    pictures: tuple[Rect, ...] = ()

    def painted(self, x: float, y: float) -> bool:
        return any(_within(area, x, y) for area in self.fills) or self.pictured(x, y)

    def pictured(self, x: float, y: float) -> bool:
        return any(_within(area, x, y) for area in self.pictures)


def graphics_of(page: pdfium.PdfPage, space: Space) -> Graphics:
    across: list[Edge] = []
    down: list[Edge] = []
    fills: list[Rect] = []
    pictures: list[Rect] = []
    paths = 0
    for thing in _objects(page):
        kind = raw.FPDFPageObj_GetType(thing)
        if kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING, raw.FPDF_PAGEOBJ_FORM):
            pictures.append(_bounds(thing, space))
        elif kind == raw.FPDF_PAGEOBJ_PATH and paths < _MOST_PATHS:
            paths += 1
            filled, stroked = _drawn(thing)
            rects = list(_rectangles(thing, space))
            for rect in rects if filled or stroked else ():
                _edges(rect, across, down)
            if filled and not _white(thing):
                fills.append(_bounds(thing, space))
    return Graphics(tuple(across), tuple(down), tuple(fills), tuple(pictures))


def _objects(page: pdfium.PdfPage) -> Iterator[Any]:
    count = raw.FPDFPage_CountObjects(page.raw)
    for at in range(min(count, _MOST_OBJECTS)):
        thing = raw.FPDFPage_GetObject(page.raw, at)
        if thing:
            yield thing


def _bounds(thing: Any, space: Space) -> Rect:
    sides = [ctypes.c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(thing, *(ctypes.byref(side) for side in sides))
    return space.rect(*(side.value for side in sides))


def _drawn(path: Any) -> tuple[bool, bool]:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path, ctypes.byref(fill), ctypes.byref(stroke))
    return fill.value != 0, stroke.value != 0


def _white(path: Any) -> bool:
    parts = [ctypes.c_uint() for _ in range(4)]
    raw.FPDFPageObj_GetFillColor(path, *(ctypes.byref(part) for part in parts))
    return min(part.value for part in parts[:3]) >= 250


def _rectangles(path: Any, space: Space) -> Iterator[Rect]:
    """A path's outline as boxes: all of it where it is one rectangle, else line by line. Slanted lines rule no table."""
    segments = raw.FPDFPath_CountSegments(path)
    if segments in (2, 4, 5):
        box = _bounds(path, space)
        if segments > 2 or _thin(box):
            yield box
        return
    if segments > _MOST_SEGMENTS:
        return
    yield from _pieces(path, segments, space)


def _pieces(path: Any, segments: int, space: Space) -> Iterator[Rect]:
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(path, ctypes.byref(matrix))
    x, y = ctypes.c_float(), ctypes.c_float()
    before = first = None
    for at in range(segments):
        segment = raw.FPDFPath_GetPathSegment(path, at)
        raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        here = space.point(matrix.a * x.value + matrix.c * y.value + matrix.e, matrix.b * x.value + matrix.d * y.value + matrix.f)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            first = here
        elif kind == raw.FPDF_SEGMENT_LINETO and before:
            yield from _straight(before, here)
            if raw.FPDFPathSegment_GetClose(segment) and first:
                yield from _straight(here, first)
        before = here


def _straight(a: tuple[float, float], b: tuple[float, float]) -> Iterator[Rect]:
    box = min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])
    if _thin(box):
        yield box


def _thin(box: Rect) -> bool:
    return box[2] - box[0] <= _THIN or box[3] - box[1] <= _THIN


def _edges(rect: Rect, across: list[Edge], down: list[Edge]) -> None:
    """A thin box is a line; a larger one has four sides."""
    left, top, right, bottom = rect
    width, height = right - left, bottom - top
    if height <= _THIN and width >= _SHORTEST:
        across.append(Edge((top + bottom) / 2, left, right))
    elif width <= _THIN and height >= _SHORTEST:
        down.append(Edge((left + right) / 2, top, bottom))
    elif width > _SHORTEST and height > _SHORTEST:
        across += (Edge(top, left, right), Edge(bottom, left, right))
        down += (Edge(left, top, bottom), Edge(right, top, bottom))


def _within(area: Rect, x: float, y: float) -> bool:
    return area[0] <= x <= area[2] and area[1] <= y <= area[3]
