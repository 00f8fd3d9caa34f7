"""The layers below the doors, each asked alone: where one lets something through, the other still holds, and nobody would notice."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from access.doors import Canary, Door, Persona
from access.resolve import NoAccess, viewer_by_email
from access.viewer import Viewer
from conversations.models import Message
from documents import queries as documents
from documents.models import Chunk, Document, Page
from index.search import candidates
from inference.embedder import get_embedder
from inference.sparse import embed_query
from tenants.scope import within

CANDIDATES = 100
PLANTED = 1
"""A canary's generation."""


@contextmanager
def opening() -> Iterator[Sequence[Door]]:
    yield [
        Door("layer: index filter", _under_viewer(_candidates)),
        Door("layer: recheck", _under_viewer(_rechecked)),
        Door("layer: document", _under_viewer(_document)),
        Door("layer: rows of the tenant", _rows, tenants=True),
    ]


def _under_viewer(asked: Callable[[Viewer, Canary], Iterable[str]]) -> Callable[[Persona, Canary], Iterable[str]]:
    def knock(persona: Persona, canary: Canary) -> Iterable[str]:
        try:
            viewer = viewer_by_email(persona.email, persona.slug)
        except NoAccess:
            return []
        return asked(viewer, canary)

    return knock


def _candidates(viewer: Viewer, canary: Canary) -> Iterable[str]:
    """The index knows no text: its id stands for it. What was removed is in it until it is pruned, as docs/access.md says."""
    if canary.removed:
        return []
    dense, sparse = get_embedder().encode([canary.question])[0], embed_query(canary.question, viewer.language)
    hits = candidates(viewer, dense=dense, sparse=sparse, limit=CANDIDATES)
    return [canary.secret for hit in hits if hit.chunk in canary.chunks]


def _rechecked(viewer: Viewer, canary: Canary) -> Iterable[str]:
    """As if the index had found it."""
    return map(repr, documents.passages(viewer, canary.chunks))


def _document(viewer: Viewer, canary: Canary) -> Iterable[str]:
    found = documents.document(viewer, canary.document)
    yield from (page.text for page in documents.pages(viewer, canary.document))
    yield from [found.title] if found else []
    yield from [canary.secret] if (canary.document, PLANTED) in documents.current(viewer, [canary.document]) else []


def _rows(persona: Persona, canary: Canary) -> Iterable[str]:
    """What PostgreSQL shows in a transaction of the persona's tenant, to a query that asks for nothing but ids; and in one of none."""
    with within(persona.tenant):
        yield from _texts(canary)
    if any(_texts(canary)):
        yield canary.secret + " without a tenant"


def _texts(canary: Canary) -> list[str]:
    return [
        *Document.objects.filter(id=canary.document).values_list("title", flat=True),
        *Page.objects.filter(document_id=canary.document).values_list("text", flat=True),
        *Chunk.objects.filter(document_id=canary.document).values_list("text", flat=True),
        *Message.objects.filter(id__in=canary.messages).values_list("answer", flat=True),
    ]
