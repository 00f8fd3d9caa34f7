"""Citations as a page shows them: where they lead, where in the document they stand, and which are of an older document."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from access.viewer import Viewer
from documents import queries as documents
from frontend.ui.passages import preview
from tenants import scope

CELLS = " | "
NO_PASSAGE = mark_safe("")
_NOT_LETTERS = re.compile(r"[\W\d_]+")


class Citation(Protocol):
    """What an event of a running answer and a row of a kept one have in common."""

    @property
    def marker(self) -> int: ...
    @property
    def document(self) -> UUID: ...
    @property
    def title(self) -> str: ...
    @property
    def page(self) -> int | None: ...
    @property
    def heading(self) -> str: ...
    @property
    def quote(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def generation(self) -> int: ...
    @property
    def table_header(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Cited:
    marker: int
    document: UUID
    title: str
    place: str
    quote: str
    href: str
    older: bool = False
    closest: bool = False
    changed: bool = False
    """The document has a newer text than the one that was cited."""
    passage: SafeString = NO_PASSAGE
    """Of a closest passage, how it begins."""


@scope.of("viewer")
def cited(viewer: Viewer, citations: Iterable[Citation], *, closest: bool = False) -> tuple[Cited, ...]:
    """Reads the documents as they are now. `older`: of two cited ones of one name, the one that states the earlier date."""
    found = list(citations)
    wanted = {citation.document for citation in found}
    rows = list(documents.visible_to(viewer).filter(id__in=wanted).values_list("id", "dated", "generation"))
    older = _older({citation.document: citation.title for citation in found}, {document: dated for document, dated, _ in rows})
    current = {document: generation for document, _, generation in rows}
    shown = (_cited(citation, older=citation.document in older, closest=closest) for citation in found)
    changed = (current.get(citation.document, citation.generation) != citation.generation for citation in found)
    return tuple(replace(one, changed=moved) for one, moved in zip(shown, changed, strict=True))


def address(citation: Citation) -> str:
    place = {"start": citation.start, "end": citation.end, "generation": citation.generation}
    return f"{reverse('portal:source', args=[citation.document])}?{urlencode(place)}"


def _cited(citation: Citation, *, older: bool, closest: bool) -> Cited:
    return Cited(
        marker=citation.marker,
        document=citation.document,
        title=citation.title,
        place=f"p.\N{NO-BREAK SPACE}{citation.page}" if citation.page else citation.heading.rpartition(" › ")[2],
        quote=_words(citation),
        href=address(citation),
        older=older,
        closest=closest,
        passage=preview(citation.quote, citation.table_header) if closest else NO_PASSAGE,
    )


def _words(citation: Citation) -> str:
    """A table's row with the names of its columns; any other quote as it stands."""
    if not citation.table_header:
        return citation.quote
    names, cells = citation.table_header.split(CELLS), citation.quote.split(CELLS)
    if "\n" in citation.quote.strip() or len(names) != len(cells):
        return citation.quote
    return " · ".join(f"{name.strip()}: {cell.strip()}" for name, cell in zip(names, cells, strict=True) if cell.strip())


def _older(titles: Mapping[UUID, str], dates: Mapping[UUID, date | None]) -> set[UUID]:
    newest: dict[str, date] = {}
    dated = [(document, _name(title), day) for document, title in titles.items() if (day := dates.get(document))]
    for _, name, day in dated:
        newest[name] = max(day, newest.get(name, day))
    return {document for document, name, day in dated if day < newest[name]}


def _name(title: str) -> str:
    """ "Working abroad 2024" and "Working abroad (2026)" are one name."""
    return _NOT_LETTERS.sub(" ", title).strip().casefold()
