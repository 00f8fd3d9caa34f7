"""What a document is called: what it says itself when that makes sense, else its first heading, else its file's name."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from urllib.parse import unquote

from ingestion.extract.cleaning import one_line
from ingestion.extract.model import Page

_LONGEST = 200
_BLOCKS_ON_A_COVER = 4
_SENSELESS = re.compile(
    r"^(microsoft (word|powerpoint|excel)\b|untitled|document\s*\d*$|dokument\s*\d*$|slide \d|powerpoint presentation|title$|no title"
    r"|new (document|page)|print(out)?$|scan(ned)?\b|index$|home$|page \d+$|https?://|file:|about:blank|\W*$|template\b)",
    re.IGNORECASE,
)
_FILE_NAME = re.compile(
    r"\.(docx?|dotx?|rtf|odt|pdf|tex|dvi|indd|pptx?|xlsx?|qxd|pmd|html?|md|txt|p65|fm|wpd|ps|eps|cdr|ai)\s*$", re.IGNORECASE
)


def choose(*, stated: str | None, pages: Iterable[Page], name: str) -> str | None:
    if stated and makes_sense(stated):
        return one_line(stated)[:_LONGEST]
    return first_heading(pages) or from_file_name(name)


def makes_sense(title: str) -> bool:
    title = one_line(title)
    return len(title) > 2 and any(map(str.isalpha, title)) and not _SENSELESS.search(title) and not _FILE_NAME.search(title)


def first_heading(pages: Iterable[Page]) -> str | None:
    """The highest of the headings on the first page that has any, of equals the first; of a cover, which has nothing else, two."""
    for page in pages:
        headings = [block for block in page.blocks if block.kind == "heading"]
        if not headings:
            continue
        if len(headings) == len(page.blocks) <= _BLOCKS_ON_A_COVER:
            title = " – ".join(page.text[block.start : block.end] for block in headings[:2])
        else:
            best = min(headings[:5], key=lambda block: (block.level, block.start))
            title = page.text[best.start : best.end]
        return title[:_LONGEST] if any(map(str.isalpha, title)) else None
    return None


def from_file_name(name: str) -> str | None:
    """`travel_policy-2026.pdf` reads `Travel policy 2026`; a name in capitals of its own keeps them."""
    stem = PurePosixPath(unquote(name).replace("\\", "/")).stem
    words = one_line(re.sub(r"[_\-\s.]+|%20", " ", stem))
    return (words[:1].upper() + words[1:])[:_LONGEST] or None
