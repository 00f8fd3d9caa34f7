"""A manuscript as a PDF: A4, ruled tables, a footer with "Page 2 of 5". The same manuscript always gives the same bytes."""

import io
import re
from collections.abc import Sequence
from html import escape
from typing import Any

from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer
from reportlab.platypus import PageBreak as NewPage
from reportlab.platypus import Table as Grid

from config.demo.manuscript import Block, Heading, Line, Manuscript, PageBreak, Run, Table, Text

INK = colors.HexColor("#1c2733")
ACCENT = colors.HexColor("#1f4e6b")
MUTED = colors.HexColor("#5b6875")
SHADE = colors.HexColor("#e6edf2")
RULE = colors.HexColor("#9aa8b5")
MARGIN = 22 * mm
FRAME_PADDING = 6  # reportlab's own, on both sides
LEFT, RIGHT = MARGIN + FRAME_PADDING, A4[0] - MARGIN - FRAME_PADDING
WIDTH = RIGHT - LEFT
ROOM = 12.0  # what each column gets before the rest is shared out
_FIGURE = re.compile(r"^[-+(]?£?[\d,.]+\)?( ?(%|£|mm|kg|m|h|kW|rpm|mm/s|m³/h|hours))*$")

BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=14.5, textColor=INK, spaceAfter=7)
ITEM = ParagraphStyle("item", BODY, leftIndent=18, bulletIndent=3, spaceAfter=4)
SMALL = ParagraphStyle("small", BODY, fontSize=8, leading=10.5, textColor=MUTED, spaceAfter=3)
CAPTION = ParagraphStyle("caption", SMALL, fontName="Helvetica-Oblique", fontSize=8.5, spaceBefore=3, spaceAfter=4)
CELL = ParagraphStyle("cell", BODY, fontSize=9, leading=11.5, spaceAfter=0)
FIGURE = ParagraphStyle("figure", CELL, alignment=TA_RIGHT)
BOLD = ParagraphStyle("bold", BODY, fontName="Helvetica-Bold", textColor=ACCENT)
TITLE = ParagraphStyle("title", BOLD, fontSize=23, leading=28, spaceAfter=4)
BYLINE = ParagraphStyle("byline", SMALL, fontSize=9, leading=12, spaceAfter=16)
HEADINGS = {
    2: ParagraphStyle("heading 2", BOLD, fontSize=14.5, leading=18, spaceBefore=12, spaceAfter=6),
    3: ParagraphStyle("heading 3", BOLD, fontSize=11.5, leading=15, spaceBefore=8, spaceAfter=4, textColor=INK),
}
STYLES = {"paragraph": BODY, "caption": CAPTION, "note": SMALL, "item": ITEM}


class NumberedCanvas(Canvas):  # type: ignore[misc]  # reportlab has no types
    """Keeps each page until the end, when the number of all pages is known, and only then draws the footers."""

    def __init__(self, *args: Any, notice: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self._notice = notice
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self._footer(number, len(self._pages))
            super().showPage()
        super().save()

    def _footer(self, number: int, pages: int) -> None:
        self.setStrokeColor(RULE)
        self.line(LEFT, 17 * mm, RIGHT, 17 * mm)
        self.setFont("Helvetica", 8)
        self.setFillColor(MUTED)
        self.drawString(LEFT, 12.5 * mm, self._notice)
        self.drawRightString(RIGHT, 12.5 * mm, f"Page {number} of {pages}")


def pdf(manuscript: Manuscript) -> bytes:
    target = io.BytesIO()
    template = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=20 * mm, bottomMargin=23 * mm, invariant=1,
        title=manuscript.title, author=manuscript.author, subject=manuscript.reference, creator="Office", lang="en-GB",
    )  # fmt: skip
    template.build(_story(manuscript), canvasmaker=lambda *args, **options: _canvas(manuscript, *args, **options))
    return target.getvalue()


def _canvas(manuscript: Manuscript, *args: Any, **options: Any) -> NumberedCanvas:
    # Page streams stay uncompressed: another zlib would write other bytes for the same manuscript.
    canvas = NumberedCanvas(*args, notice=manuscript.notice, **{**options, "pageCompression": 0})
    stamp = canvas._doc._timeStamp
    stamp.t = manuscript.moment.timestamp()
    stamp.lt = manuscript.moment.timetuple()
    stamp.YMDhms = tuple(stamp.lt)[:6]
    return canvas


def _story(manuscript: Manuscript) -> list[Flowable]:
    head = [Paragraph(escape(manuscript.title), TITLE), Paragraph(escape(manuscript.byline), BYLINE)]
    return [*head, *(_together(group) for group in _groups(manuscript.blocks))]


def _groups(blocks: Sequence[Block]) -> list[list[Block]]:
    """What no page break may part: a heading and what follows it, a table and its caption and notes."""
    groups: list[list[Block]] = []
    for block in blocks:
        belongs = isinstance(block, Text) and block.kind in {"caption", "note"}
        if groups and (belongs or isinstance(groups[-1][-1], Heading)):
            groups[-1].append(block)
        else:
            groups.append([block])
    return groups


def _together(group: list[Block]) -> Flowable:
    flowables = [_flowable(block) for block in group]
    if any(isinstance(block, Table) for block in group):
        flowables.append(Spacer(1, 7))
    return KeepTogether(flowables) if len(flowables) > 1 else flowables[0]


def _flowable(block: Block) -> Flowable:
    if isinstance(block, PageBreak):
        return NewPage()
    if isinstance(block, Heading):
        return Paragraph(_markup(block.line), HEADINGS[block.level])
    if isinstance(block, Table):
        return _grid(block)
    return Paragraph(_markup(block.line), STYLES[block.kind], bulletText=block.marker or None)


def _markup(line: Line) -> str:
    return "".join(_marked(run) for run in line)


def _marked(run: Run) -> str:
    text = escape(run.text, quote=False)
    for wanted, tag in ((run.bold, "b"), (run.italic, "i"), (run.superscript, "super")):
        text = f"<{tag}>{text}</{tag}>" if wanted else text
    return text


def _grid(table: Table) -> Grid:
    texts = table.plain
    figures = [_all_figures([row[column] for row in texts[1:]]) for column in range(len(texts[0]))]
    rows = [[_cell(cell, row=row, figure=figures[column]) for column, cell in enumerate(cells)] for row, cells in enumerate(table.rows)]
    totals = [row for row, cells in enumerate(texts) if cells[0] == "Total"]
    grid = Grid(rows, colWidths=_widths(texts), repeatRows=1)
    grid.setStyle([
        ("GRID", (0, 0), (-1, -1), 0.6, RULE), ("BACKGROUND", (0, 0), (-1, 0), SHADE), ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 3.5), ("BOTTOMPADDING", (0, 0), (-1, -1), 4.5),
        *(("LINEABOVE", (0, row), (-1, row), 1.2, ACCENT) for row in totals),
    ])  # fmt: skip
    return grid


def _cell(line: Line, *, row: int, figure: bool) -> Paragraph:
    markup = _markup(line)
    return Paragraph(f"<b>{markup}</b>" if row == 0 else markup, FIGURE if figure else CELL)


def _all_figures(cells: list[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(_FIGURE.match(cell) for cell in filled)


def _widths(rows: list[list[str]]) -> list[float]:
    """Columns as wide as their longest text, within reason, then stretched or pressed to the width of the page."""
    wanted = [max(_wish(row[column], head=place == 0) for place, row in enumerate(rows)) for column in range(len(rows[0]))]
    narrowest = [max(_longest_word(row[column]) for row in rows) for column in range(len(rows[0]))]
    spare = WIDTH - sum(narrowest)
    wishes = [max(wish - least, 0.0) + ROOM for wish, least in zip(wanted, narrowest, strict=True)]
    return [least + spare * wish / sum(wishes) for least, wish in zip(narrowest, wishes, strict=True)]


def _wish(text: str, *, head: bool) -> float:
    """A header may take two lines; what stands below should rather not."""
    return max(_longest_word(text), _width(text) / 2 + ROOM) if head else min(_width(text), 190.0)


def _longest_word(text: str) -> float:
    return max((_width(word) for word in text.split()), default=0.0)


def _width(text: str) -> float:
    return float(stringWidth(text, "Helvetica-Bold", CELL.fontSize)) + 14.0
