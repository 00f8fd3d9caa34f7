"""A manuscript as a DOCX file with Word's own headings, tables, captions and page numbers. Always the same bytes inside."""

import io
import zipfile

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from config.demo.manuscript import Heading, Line, Manuscript, PageBreak, Table, Text

_STYLES = {"paragraph": "Normal", "caption": "Caption", "note": "Normal"}
_EPOCH = (1980, 1, 1, 0, 0, 0)


def word(manuscript: Manuscript) -> bytes:
    document = Document()
    _describe(document, manuscript)
    document.add_heading(manuscript.title, level=0)
    document.add_paragraph(manuscript.byline).runs[0].italic = True
    for block in manuscript.blocks:
        _add(document, block)
    _footer(document, manuscript.notice)
    target = io.BytesIO()
    document.save(target)
    return _packed(target.getvalue())


def _describe(document: WordDocument, manuscript: Manuscript) -> None:
    properties = document.core_properties
    properties.title, properties.author, properties.subject = manuscript.title, manuscript.author, manuscript.reference
    properties.comments, properties.last_modified_by, properties.language = "", manuscript.author, "en-GB"
    properties.created = properties.modified = manuscript.moment.replace(tzinfo=None)
    properties.revision = int(manuscript.version)
    document.styles["Normal"].font.size = Pt(10.5)


def _add(document: WordDocument, block: Heading | Text | Table | PageBreak) -> None:
    if isinstance(block, PageBreak):
        document.add_page_break()  # type: ignore[no-untyped-call]
    elif isinstance(block, Heading):
        _write(document.add_heading(level=block.level - 1), block.line)
    elif isinstance(block, Table):
        _table(document, block)
    else:
        _write(document.add_paragraph(style=_style(block)), block.line)


def _style(text: Text) -> str:
    if text.kind == "item":
        return "List Bullet" if text.marker == "•" else "List Number"
    return _STYLES[text.kind]


def _write(paragraph: Paragraph, line: Line) -> None:
    for run in line:
        written = paragraph.add_run(run.text)
        written.bold, written.italic = run.bold or None, run.italic or None
        written.font.superscript = run.superscript or None


def _table(document: WordDocument, table: Table) -> None:
    grid = document.add_table(rows=len(table.rows), cols=len(table.rows[0]), style="Light Grid Accent 1")
    for place, row in enumerate(table.rows):
        for cell, line in zip(grid.rows[place].cells, row, strict=True):
            _write(cell.paragraphs[0], line)
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    grid.rows[0]._tr.get_or_add_trPr().append(repeated)


def _footer(document: WordDocument, notice: str) -> None:
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.add_run(f"{notice} · Page ")
    _field(paragraph, "PAGE")
    paragraph.add_run(" of ")
    _field(paragraph, "NUMPAGES")


def _field(paragraph: Paragraph, name: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    paragraph._p.append(field)


def _packed(data: bytes) -> bytes:
    """The same archive with a fixed time on every member."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(given.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            packed.writestr(zipfile.ZipInfo(name, _EPOCH), given.read(name), zipfile.ZIP_DEFLATED)
    return target.getvalue()
