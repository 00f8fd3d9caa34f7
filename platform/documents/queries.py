"""Reads of documents and their text. Nothing here answers without a Viewer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from access.viewer import Viewer
from documents.models import Chunk, Document, Grant, Page
from tenants import scope


@dataclass(frozen=True, slots=True)
class Passage:
    """Text that its viewer could read when it was fetched: the only thing that a prompt or a quotation is made of."""

    chunk_id: UUID
    document_id: UUID
    source_id: UUID
    generation: int
    title: str
    uri: str
    page: int | None
    """None where the format has no pages."""
    heading: str
    text: str
    start: int
    end: int
    table_header: str
    dated: date | None
    modified: datetime | None


COLUMNS = (
    "id",
    "document_id",
    "document__source_id",
    "generation",
    "document__title",
    "document__uri",
    "page",
    "heading",
    "text",
    "start",
    "end",
    "table_header",
    "document__dated",
    "document__modified",
    "document__paged",
)
"""A passage's fields in order, and whether its page number means something: no model objects, which cost a millisecond."""


def visible_to(viewer: Viewer) -> QuerySet[Document]:
    """The live documents with text that every reader of the audience may read now: allowed by its source's policy or a grant of its
    own, and denied by none. The caller reads them within the viewer's tenant."""
    return granted_to(viewer).filter(generation__gt=0)


def granted_to(viewer: Viewer) -> QuerySet[Document]:
    """The same, and those that are still waiting or could not be read: for showing their state."""
    return Document.objects.filter(_readable(viewer))


@scope.of("viewer")
def passages(viewer: Viewer, chunk_ids: Sequence[UUID]) -> list[Passage]:
    """The recheck: those of the chunks that the viewer may read now, of current generations only, in the given order. One query."""
    chosen = Chunk.objects.filter(_readable(viewer, "document__"), id__in=chunk_ids, generation=F("document__generation"))
    found = {row[0]: _passage(row) for row in chosen.order_by().values_list(*COLUMNS)}
    return [found[chunk_id] for chunk_id in chunk_ids if chunk_id in found]


def _readable(viewer: Viewer, document: str = "") -> Q:
    """`document` is the way to it, "" from a document itself. Written flat, because PostgreSQL without fresh statistics would read all
    that the viewer may see before it looks for the few rows asked for."""
    mine = Grant.objects.filter(document=OuterRef(f"{document}pk"))
    readable = Q(**{f"{document}tenant_id": viewer.tenant_id, f"{document}removed_at": None})
    for reader in viewer.readers:
        his = mine.filter(principal__in=list(reader))
        by_policy = Q(**{f"{document}restricted": False, f"{document}source__access__has_any_keys": list(reader)})
        readable &= by_policy | Q(Exists(his.filter(effect=Grant.Effect.ALLOW)))
        readable &= Q(~Exists(his.filter(effect=Grant.Effect.DENY)))
    return readable


@scope.of("viewer")
def document(viewer: Viewer, document_id: UUID) -> Document | None:
    """The document, or None where it does not exist or this viewer may not read it: the two answer the same."""
    return visible_to(viewer).filter(id=document_id).select_related("source").first()


@scope.of("viewer")
def pages(viewer: Viewer, document_id: UUID, numbers: Sequence[int] | None = None) -> list[Page]:
    """The pages of the current generation, in order; empty where the viewer may not read the document."""
    current = Q(document_id=document_id, generation=F("document__generation"))
    found = Page.objects.filter(_readable(viewer, "document__"), current)
    return list(found if numbers is None else found.filter(number__in=numbers))


@scope.of("viewer")
def still_visible(viewer: Viewer, document_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the documents that the viewer may read at this moment."""
    return {document for document, _ in current(viewer, document_ids)}


@scope.of("viewer")
def current(viewer: Viewer, document_ids: Sequence[UUID]) -> set[tuple[UUID, int]]:
    """The same, each with the generation whose text it has now: what was read of an earlier one is not to be told any more."""
    return set(visible_to(viewer).filter(id__in=document_ids).values_list("id", "generation"))


@scope.of("document")
def allowed_to(document: Document) -> set[str]:
    """The principals that its source's policy and its own grants name; whoever shows them leaves out what his viewer may not know."""
    own = Grant.objects.filter(document=document, effect=Grant.Effect.ALLOW).values_list("principal", flat=True)
    return {*own, *([] if document.restricted else document.source.access)}


def _passage(row: tuple[Any, ...]) -> Passage:
    *columns, paged = row
    passage = Passage(*columns)
    return passage if paged else replace(passage, page=None)
