"""PDF documents: every page with its number, laid out from the boxes of its characters so that table rows keep their labels."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ingestion.extract import dates, titles
from ingestion.extract.cleaning import hides_text
from ingestion.extract.errors import Corrupt, NeedsOcr, NoText
from ingestion.extract.model import Extracted, Page
from ingestion.extract.pdf_book import Book, Laid

MOST_PAGES = 10_000
_SECONDS = 45  # of processor time: better most of a very long document than none of it
_MOST_UNREADABLE = 200
_ONE_SIZE = 0.95


def read(data: bytes, *, name: str, media_type: str | None) -> Extracted:
    book = Book(data)
    laid = _pages(book)
    _refuse_without_text(laid)
    pages = _with_levels(laid)
    metadata = book.metadata()
    title = titles.choose(stated=metadata.get("Title"), pages=pages[:3], name=name)
    dated = dates.stated("\n".join(page.text for page in pages[:3]))
    dated = dated or dates.parse(metadata.get("ModDate", "")) or dates.parse(metadata.get("CreationDate", ""))
    return Extracted(title, dated, True, pages, _notes(book, laid))


def _pages(book: Book) -> list[Laid]:
    laid: list[Laid] = []
    unreadable, until = 0, time.process_time() + _SECONDS
    for number in range(1, min(book.count, MOST_PAGES) + 1):
        laid.append(book.laid(number))
        unreadable = 0 if laid[-1].readable else unreadable + 1
        if unreadable > _MOST_UNREADABLE or time.process_time() > until:
            break
    return laid


def _refuse_without_text(laid: Sequence[Laid]) -> None:
    if any(one.page.text for one in laid):
        return
    if not any(one.readable for one in laid):
        raise Corrupt
    raise NeedsOcr if any(one.only_pictures for one in laid) else NoText


def _with_levels(laid: Sequence[Laid]) -> tuple[Page, ...]:
    """The larger a heading, the higher its level; of about one size the bold ones. What stands only once, as on a cover, makes no
    level of its own."""
    times = Counter(size for one in laid for size in one.sizes)
    levels: dict[int, int] = {}
    level, last, often = 1, 0, False
    for size in sorted(times, reverse=True):
        if last and often and (size < last * _ONE_SIZE or size % 2 != last % 2):
            level, often = level + 1, False
        last, often = size, often or times[size] > 1 or level == 1
        levels[size] = min(level, 6)
    return tuple(_leveled(one.page, [levels[size] for size in one.sizes]) for one in laid)


def _leveled(page: Page, levels: Iterable[int]) -> Page:
    given = iter(levels)
    return replace(page, blocks=tuple(replace(block, level=next(given)) if block.kind == "heading" else block for block in page.blocks))


def _notes(book: Book, laid: Sequence[Laid]) -> tuple[str, ...]:
    found = Counter({"partial": len(laid) < book.count})
    for one in laid:
        found["skipped_pages"] += not one.readable or one.only_pictures
        found["hidden_text"] += one.sheet.hidden or hides_text(one.page.text)
    return tuple(note for note, times in found.items() if times)
