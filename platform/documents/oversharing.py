"""Documents that everyone in a tenant can read and that look as if they should not be. Reasons are counted; no text leaves."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import UUID

from django.db.models import F

from access import principals
from documents.models import Document, Page
from documents.readership import readership
from documents.sensitive import signs
from documents.work import FIRST_OF_ALL
from tenants import scope

WIDER = "readable by everyone, most of its folder is not"
NEIGHBOURS, MOST = 3, 0.75


@dataclass(frozen=True, slots=True)
class Suspect:
    document: UUID
    reasons: Mapping[str, int]
    """How often, by what was found. Of `WIDER`: how many neighbours are not open to everyone."""


@scope.of("tenant")
def suspects(tenant: UUID) -> list[Suspect]:
    """The most striking first. Reads the text of all that everyone can read."""
    readers = readership(tenant)
    opened = set(readers.named(readers.read_by(frozenset({principals.everyone(tenant)})), len(readers.documents)))
    reasons: dict[UUID, Counter[str]] = defaultdict(Counter)
    for document, text in _texts(tenant):
        if document in opened and (seen := signs(text)):
            reasons[document].update({sign.value: count for sign, count in seen.items()})
    for document, closed in _wider(tenant, opened):
        reasons[document][WIDER] = closed
    found = [Suspect(document, dict(counted)) for document, counted in reasons.items()]
    return sorted(found, key=lambda one: (-len(one.reasons), -sum(one.reasons.values()), one.document))


def _texts(tenant: UUID) -> Iterable[tuple[UUID, str]]:
    pages = Page.objects.filter(document__tenant=tenant, document__removed_at=None, generation=F("document__generation"))
    return pages.order_by().values_list("document_id", "text").iterator(chunk_size=200)


def _wider(tenant: UUID, opened: Collection[UUID]) -> Iterable[tuple[UUID, int]]:
    """Those that are open to everyone in a folder where most documents are not."""
    folders: dict[tuple[UUID, str], list[UUID]] = defaultdict(list)
    live = Document.objects.filter(tenant=tenant, removed_at=None, generation__gt=0)
    for document, source, kind, uri in live.values_list("id", "source_id", "source__kind", "uri"):
        folder = "" if kind == FIRST_OF_ALL else str(PurePosixPath(uri).parent)  # of uploads, the folder is no person's
        folders[source, folder].append(document)
    for members in folders.values():
        closed = sum(document not in opened for document in members)
        if closed >= NEIGHBOURS and closed >= MOST * len(members):
            yield from ((document, closed) for document in members if document in opened)
