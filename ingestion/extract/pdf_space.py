"""From a PDF's own coordinates (bottom up, before rotation and cropping) to the page as it is seen, in points from the top left."""

import ctypes

import pypdfium2 as pdfium
import pypdfium2.raw as raw

Rect = tuple[float, float, float, float]
_FINE = 100  # PDFium maps to whole pixels, so it is asked about a page this many times larger
_FAR = 1000


class Space:
    def __init__(self, page: pdfium.PdfPage) -> None:
        self.width, self.height = page.get_size()
        self.angle = page.get_rotation() * -3.14159265 / 180
        origin, right, up = (self._asked(page, x, y) for x, y in ((0, 0), (_FAR, 0), (0, _FAR)))
        self._x0, self._y0 = origin
        self._xx, self._yx = (right[0] - origin[0]) / _FAR, (right[1] - origin[1]) / _FAR
        self._xy, self._yy = (up[0] - origin[0]) / _FAR, (up[1] - origin[1]) / _FAR

    def point(self, x: float, y: float) -> tuple[float, float]:
        return self._x0 + self._xx * x + self._xy * y, self._y0 + self._yx * x + self._yy * y

    def rect(self, left: float, bottom: float, right: float, top: float) -> Rect:
        ax, ay = self.point(left, bottom)
        bx, by = self.point(right, top)
        return (ax if ax < bx else bx, ay if ay < by else by, bx if ax < bx else ax, by if ay < by else ay)

    def _asked(self, page: pdfium.PdfPage, x: float, y: float) -> tuple[float, float]:
        across, down = ctypes.c_int(), ctypes.c_int()
        width, height = round(self.width * _FINE), round(self.height * _FINE)
        raw.FPDF_PageToDevice(page.raw, 0, 0, width, height, 0, x, y, ctypes.byref(across), ctypes.byref(down))
        return across.value / _FINE, down.value / _FINE
