"""What the panel beside the answer shows of a document: the place that was cited, and what a reader asks about it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from documents.models import Document, Page
from frontend.portal import readers
from frontend.portal.document_text import Block, Span, blocks_of, to_html
from frontend.portal.pictures import Wanted, pictures
from frontend.ui.viewer import Reader
from sources.models import SyncRun
from tenants import scope

AROUND = 12_000
"""Characters of text shown before and after the cited place."""
UNITS = 1000
"""The picture's marks are drawn in thousandths of its sides."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a citation's address says. Offsets are of the document's text at that generation; a page is asked for by turning to it."""

    start: int = 0
    end: int = 0
    generation: int = 0
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Mark:
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Picture:
    src: str
    width: int
    height: int
    number: int
    count: int
    previous: str
    next: str
    boxes: tuple[Mark, ...]

    @property
    def before(self) -> int:
        return self.number - 1

    @property
    def after(self) -> int:
        return self.number + 1


@dataclass(frozen=True, slots=True)
class Source:
    title: str
    place: str
    text: SafeString
    facts: tuple[Fact, ...]
    original: str
    picture: Picture | None
    changed: bool
    partial: bool
    cut_before: bool
    cut_after: bool


def shown(reader: Reader, document: Document, place: Place) -> Source:
    page = page_at(document, place)
    span = span_on(document, page, place)
    blocks = blocks_of(page.blocks, page.text)
    near = _near(blocks, span)
    return Source(
        title=document.title,
        place=_place(document, page, blocks, span),
        text=to_html(page.text, near, span),
        facts=tuple(_facts(reader, document)),
        original=reverse("portal:original", args=[document.id]),
        picture=_picture(document, page, place, span) if document.media_type == "application/pdf" else None,
        changed=bool(place.generation) and place.generation != document.generation,
        partial=document.partial,
        cut_before=near[:1] != blocks[:1],
        cut_after=near[-1:] != blocks[-1:],
    )


@scope.of("document")
def page_at(document: Document, place: Place) -> Page:
    """The page asked for, or the one that the place is on. A document that is ready has at least one."""
    pages = Page.objects.filter(document=document, generation=document.generation)
    if place.page is not None:
        return pages.get(number=place.page)
    start = place.start if place.generation in (0, document.generation) else 0
    return pages.filter(start__lte=start).order_by("-start", "-number")[:1].get()


def span_on(document: Document, page: Page, place: Place) -> Span | None:
    """The place in the page's own offsets; None where it is elsewhere, or of a text that is no more."""
    if place.generation not in (0, document.generation):
        return None
    start, end = max(0, place.start - page.start), min(len(page.text), place.end - page.start)
    return (start, end) if start < end else None


def _near(blocks: list[Block], span: Span | None) -> list[Block]:
    start, end = span or (0, 0)
    return [block for block in blocks if block.end >= start - AROUND and block.start <= end + AROUND]


def _place(document: Document, page: Page, blocks: list[Block], span: Span | None) -> str:
    path: list[tuple[int, str]] = []
    for block in blocks:
        if block.kind != "heading" or span is None or block.start > span[0]:
            continue
        path = [entry for entry in path if entry[0] < block.level]
        path.append((block.level, page.text[block.start : block.end].strip()))
    headings = [words for _, words in path if words != document.title] or [page.heading]
    parts = [" › ".join(filter(None, [document.source.name, *headings])), f"p.\N{NO-BREAK SPACE}{page.number}" if document.paged else ""]
    return " · ".join(filter(None, parts))


def _picture(document: Document, page: Page, place: Place, span: Span | None) -> Picture | None:
    drawn = pictures.picture(Wanted(document, page.number, span))
    if drawn is None:
        return None
    return Picture(
        src=f"{reverse('portal:picture', args=[document.id, page.number])}?{_query(place)}",
        width=drawn.width,
        height=drawn.height,
        number=page.number,
        count=document.page_count,
        previous=_turned(document, place, page.number - 1),
        next=_turned(document, place, page.number + 1),
        boxes=tuple(_mark(box) for box in drawn.boxes),
    )


def _mark(box: Any) -> Mark:
    left, top = int(box.left * UNITS), int(box.top * UNITS)
    return Mark(left, top, max(1, round(box.right * UNITS) - left), max(1, round(box.bottom * UNITS) - top))


def _turned(document: Document, place: Place, number: int) -> str:
    if not 1 <= number <= document.page_count:
        return ""
    return f"{reverse('portal:source', args=[document.id])}?{_query(place)}&{urlencode({'page': number})}"


def _query(place: Place) -> str:
    return urlencode({"start": place.start, "end": place.end, "generation": place.generation})


@scope.of("document")
def _facts(reader: Reader, document: Document) -> list[Fact]:
    facts = []
    if document.dated:
        facts.append(Fact("Dated", f"{document.dated:%-d %B %Y}"))
    if document.modified:
        facts.append(Fact("Last changed", f"{document.modified:%-d %B %Y}"))
    synced = (
        SyncRun.objects.filter(source=document.source, state=SyncRun.State.FINISHED)
        .order_by("-finished")
        .values_list("finished", flat=True)
        .first()
    )
    if synced:
        facts.append(Fact("Last synced", _ago(timezone.now() - synced)))
    return [*facts, Fact("Who can see this", readers.words(reader.viewer, reader.tenant, document))]


def _ago(past: timedelta) -> str:
    if past < timedelta(minutes=1):
        return "just now"
    now = timezone.now()
    return f"{timesince(now - past, now, depth=1)} ago"
