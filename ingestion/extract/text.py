"""Plain text: paragraphs between blank lines, headings where they are underlined or numbered, lists where every line has a mark."""

import re
from collections.abc import Iterator

from ingestion.extract import dates, titles
from ingestion.extract.builder import PageBuilder
from ingestion.extract.charset import decode
from ingestion.extract.cleaning import clean, hides_text
from ingestion.extract.model import Extracted

_BLANK = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_UNDERLINE = re.compile(r"^\s*([=\-~^*#])\1{2,}\s*$")
_MARKED = re.compile(r"^\s*(?:[-*+•‣◦–]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+\S")
_NUMBERED_HEADING = re.compile(r"^\s*\d{1,2}(?:\.\d{1,2}){0,4}\.?\s+[A-Z][^.!?;:]{1,80}$")
_LEVELS = {"=": 1, "#": 1, "*": 1, "-": 2, "~": 3, "^": 4}


def read(data: bytes, *, name: str, media_type: str | None) -> Extracted:
    raw = decode(data, declared=declared_charset(media_type))
    text = clean(raw)
    page = PageBuilder()
    for paragraph in _paragraphs(text):
        _place(page, paragraph)
    pages = (page.page(),)
    notes = ("hidden_text",) if hides_text(raw) else ()
    return Extracted(titles.choose(stated=None, pages=pages, name=name), dates.stated(text), False, pages, notes)


def declared_charset(media_type: str | None) -> str | None:
    match = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", media_type or "", re.IGNORECASE)
    return match[1] if match else None


def _paragraphs(text: str) -> Iterator[list[str]]:
    for paragraph in _BLANK.split(text):
        lines = paragraph.strip("\n").split("\n")
        if any(line.strip() for line in lines):
            yield lines


def _place(page: PageBuilder, lines: list[str]) -> None:
    if len(lines) > 1 and (mark := _UNDERLINE.match(lines[1])) and len(lines[0]) < 120:
        page.heading(lines[0], _LEVELS[mark[1]])
        lines = lines[2:]
    elif len(lines) == 1 and _NUMBERED_HEADING.match(lines[0]):
        page.heading(lines[0], min(lines[0].split()[0].strip(".").count(".") + 2, 6))
        return
    if lines and all(map(_MARKED.match, lines)):
        page.list(lines)
    elif lines:
        page.paragraph("\n".join(lines))
