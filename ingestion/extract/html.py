"""Web pages: the main text with its headings, lists, tables and code; menus, scripts and what is hidden left out."""

import re
from datetime import date

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingestion.extract import dates, titles
from ingestion.extract.builder import PageBuilder
from ingestion.extract.charset import decode
from ingestion.extract.cleaning import hides_text, one_line
from ingestion.extract.html_blocks import Writer
from ingestion.extract.model import Extracted, Page
from ingestion.extract.text import declared_charset

_CHARSET_IN_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_DATE_META = (
    "article:modified_time",
    "article:published_time",
    "dcterms.modified",
    "dcterms.date",
    "dc.date.modified",
    "dc.date",
    "date",
    "last-modified",
    "og:updated_time",
    "datepublished",
    "datemodified",
    "publish-date",
    "effective-date",
)


def read(data: bytes, *, name: str, media_type: str | None) -> Extracted:
    raw = decode(data, declared=declared_charset(media_type) or _declared(data))
    tree = LexborHTMLParser(raw)
    page, hidden = _page(tree)
    pages = (page,)
    notes = ("hidden_text",) if hidden or hides_text(raw) else ()
    dated = _meta_date(tree) or dates.stated(page.text)
    return Extracted(titles.choose(stated=_title(tree), pages=pages, name=name), dated, False, pages, notes)


def visible_text(fragment: str) -> str:
    """The words of a fragment of HTML inside another format."""
    if "<" not in fragment:
        return fragment
    page, _ = _page(LexborHTMLParser(fragment))
    return page.text


def _declared(data: bytes) -> str | None:
    match = _CHARSET_IN_META.search(data[:8192]) or _XML_ENCODING.search(data[:256])
    return match[1].decode("ascii", "replace") if match else None


def _title(tree: LexborHTMLParser) -> str | None:
    for selector, attribute in (('meta[property="og:title"]', "content"), ("title", None)):
        node = tree.css_first(selector)
        if node is not None:
            text = one_line((node.attributes.get(attribute) or "") if attribute else node.text())
            if text:
                return text
    return None


def _meta_date(tree: LexborHTMLParser) -> date | None:
    found: dict[str, str] = {}
    for node in tree.css("meta"):
        given = node.attributes
        key = next((given[name] for name in ("property", "name", "itemprop", "http-equiv") if given.get(name)), None)
        if key and (content := given.get("content")):
            found.setdefault(key.lower(), content)
    return next((day for key in _DATE_META if (day := dates.parse(found.get(key, "")))), None)


def _page(tree: LexborHTMLParser) -> tuple[Page, bool]:
    """The page, and whether hidden text was left out."""
    builder = PageBuilder()
    root = _main(tree)
    if root is None:
        return builder.page(), False
    writer = Writer(builder)
    writer.write(root)
    return builder.page(), writer.hidden


def _main(tree: LexborHTMLParser) -> LexborNode | None:
    """The element that says it is the main one, if there is a single one that holds a fair share of the text."""
    body = tree.body
    if body is None:
        return tree.root
    for selector in ("main, [role=main]", "article"):
        found = tree.css(selector)
        if len(found) == 1 and _size(found[0]) > max(200, _size(body) * 0.25):
            return found[0]
    return body


def _size(node: LexborNode) -> int:
    return len(node.text(deep=True))
