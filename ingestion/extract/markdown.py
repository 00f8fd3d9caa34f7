"""Markdown as plain text: its marks gone, its headings, lists, tables and code kept as blocks; title and date from the front matter."""

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingestion.extract import dates, titles
from ingestion.extract.builder import PageBuilder
from ingestion.extract.charset import decode
from ingestion.extract.cleaning import clean, hides_text, one_line
from ingestion.extract.html import visible_text
from ingestion.extract.model import Extracted
from ingestion.extract.text import declared_charset

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^([A-Za-z][\w -]{0,40}?)\s*:[ \t]+(\S.*)$", re.MULTILINE)
_DATE_FIELDS = (
    "effective",
    "effective date",
    "effective_date",
    "valid_from",
    "date",
    "updated",
    "last_updated",
    "lastmod",
    "modified",
    "published",
)
_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def read(data: bytes, *, name: str, media_type: str | None) -> Extracted:
    raw = decode(data, declared=declared_charset(media_type)).replace("\r\n", "\n")
    fields, body = front_matter(clean(raw))
    page = PageBuilder()
    _Walk(page).through(_PARSER.parse(body))
    pages = (page.page(),)
    dated = next((day for field in _DATE_FIELDS if (day := dates.parse(fields.get(field, "")))), None) or dates.stated(pages[0].text)
    title = titles.choose(stated=fields.get("title"), pages=pages, name=name)
    return Extracted(title, dated, False, pages, ("hidden_text",) if hides_text(raw) else ())


def front_matter(text: str) -> tuple[dict[str, str], str]:
    """Its plain `key: value` lines, keys in lower case, and the rest of the text. Not a YAML parser: that is one more to attack."""
    match = _FRONT_MATTER.match(text.removeprefix("\ufeff"))
    if not match:
        return {}, text
    fields = {key.lower().strip(): value.strip().strip("\"'") for key, value in _FIELD.findall(match[1])}
    return fields, text[match.end() :]


class _Walk:
    """Goes once through the parser's flat list of tokens."""

    def __init__(self, page: PageBuilder) -> None:
        self.page = page
        self.lists: list[int | None] = []
        self.lines: list[str] = []
        self.mark = ""

    def through(self, tokens: Sequence[Token]) -> None:
        at = 0
        while at < len(tokens):
            at = self._step(tokens, at)
        self._end_list()

    def _step(self, tokens: Sequence[Token], at: int) -> int:
        token = tokens[at]
        match token.type:
            case "table_open":
                self._end_list()
                return self._table(tokens, at)
            case "heading_open":
                self._end_list()
                self.page.heading(plain(tokens[at + 1]), int(token.tag[1]))
                return at + 3
            case "inline":
                self._text(plain(token))
            case "fence" | "code_block":
                self._end_list()
                self.page.code(token.content)
            case "html_block":
                self._text(visible_text(token.content))
            case _:
                self._list_token(token)
        return at + 1

    def _list_token(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open":
                self.lists.append(None)
            case "ordered_list_open":
                self.lists.append(int(token.attrGet("start") or 1))
            case "list_item_open":
                self.mark = self._next_mark()
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
                if not self.lists:
                    self._end_list()

    def _next_mark(self) -> str:
        number = self.lists[-1]
        if number is None:
            return "- "
        self.lists[-1] = number + 1
        return f"{number}. "

    def _text(self, text: str) -> None:
        if not self.lists:
            self.page.paragraph(text)
            return
        indent = "  " * (len(self.lists) - 1)
        self.lines.append(indent + (self.mark or "  ") + one_line(text))
        self.mark = ""

    def _end_list(self) -> None:
        self.page.list(self.lines)
        self.lines = []

    def _table(self, tokens: Sequence[Token], at: int) -> int:
        rows: list[list[str]] = []
        while tokens[at].type != "table_close":
            if tokens[at].type == "tr_open":
                rows.append([])
            elif tokens[at].type == "inline":
                rows[-1].append(plain(tokens[at]))
            at += 1
        header = any(map(str.strip, rows[0])) if rows else False
        self.page.table(rows, header_rows=int(header and len(rows) > 1))
        return at + 1


def plain(token: Token) -> str:
    """An inline token's words: links and pictures by their text, code as it is."""
    return "".join(_words(token.children or []))


def _words(children: Sequence[Token]) -> Iterator[str]:
    for child in children:
        match child.type:
            case "text" | "code_inline":
                yield child.content
            case "softbreak":
                yield " "
            case "hardbreak":
                yield "\n"
            case "image":
                yield plain(child)
            case "html_inline" if child.content.lower().startswith("<br"):
                yield "\n"
