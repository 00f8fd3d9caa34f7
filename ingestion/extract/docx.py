"""Word documents: the body in order with headings, lists, tables and text boxes, then headers, footers and notes once each."""

from datetime import date

from lxml import etree

from ingestion.extract import dates, titles
from ingestion.extract.builder import PageBuilder
from ingestion.extract.cleaning import hides_text
from ingestion.extract.docx_body import Body
from ingestion.extract.docx_package import Package, local
from ingestion.extract.docx_styles import Numbering, Styles
from ingestion.extract.model import Extracted

_DOCUMENT = "word/document.xml"


def read(data: bytes, *, name: str, media_type: str | None) -> Extracted:
    package = Package(data)
    document = package.main()
    page = PageBuilder()
    body = Body(page, Styles(package.part("styles.xml")), Numbering(package.part("numbering.xml")), package.notes())
    for kind in ("header", "footer"):
        if kind == "footer":
            body.write(document)
        _once(body, package, kind)
    body.write_notes()
    pages = (page.page(),)
    properties = _properties(package)
    dated = dates.stated(pages[0].text) or _date(properties)
    notes = ("hidden_text",) if body.hidden or hides_text(pages[0].text) else ()
    return Extracted(titles.choose(stated=properties.get("title"), pages=pages, name=name), dated, False, pages, notes)


def _once(body: Body, package: Package, kind: str) -> None:
    """Running headers and footers say the same on every page and often in every section: each distinct one is written once."""
    for root in package.parts(kind):
        body.write_running(root)


def _properties(package: Package) -> dict[str, str]:
    root = package.anywhere("docProps/core.xml")
    if root is None:
        return {}
    return {local(child): (child.text or "").strip() for child in root if isinstance(child, etree._Element)}


def _date(properties: dict[str, str]) -> date | None:
    return dates.parse(properties.get("modified", "")) or dates.parse(properties.get("created", ""))
