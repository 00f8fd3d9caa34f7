"""Writes of documents: what arrives, what leaves. Processing states are in documents.work, readers in documents.grants."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from audit.actions import record
from documents import blobs, restrictions
from documents.models import Document
from sources.models import Source
from tenants import scope
from tenants.actions import move_epoch

State = Document.State


@dataclass(frozen=True, slots=True)
class Incoming:
    """A new document, or new bytes of one, already in blob storage."""

    uri: str
    title: str
    media_type: str
    blob: str
    sha256: str
    size: int
    modified: datetime | None


@scope.of("source")
@transaction.atomic
def save(*, source: Source, incoming: Sequence[Incoming], by_a_person: bool = False) -> list[UUID]:
    """New documents, and new bytes for those that are there; all wait for processing. One item per address. Who may read a new one is
    its source's policy, or what `mirror` is told, less what was denied or narrowed of it before it left. What comes by a person, who has
    the bytes anyway, takes nothing over, since that would tell of what he may not read.

    Until the new bytes are processed the old text goes on answering. Returns the documents in the order given.
    """
    live = Document.objects.select_for_update().filter(source=source, removed_at=None, uri__in=[item.uri for item in incoming])
    known = {document.uri: document for document in live}
    new = [_new(source, item) for item in incoming if item.uri not in known]
    Document.objects.bulk_create(new)
    if not by_a_person:
        restrictions.take_over(source, new)
    for item in incoming:
        if item.uri in known:
            _replace(known[item.uri], item)
    ids = {document.uri: document.id for document in (*known.values(), *new)}
    return [ids[item.uri] for item in incoming]


def touch(*, document: UUID, modified: datetime | None) -> None:
    """The same bytes with another time."""
    Document.objects.filter(id=document).update(modified=modified)


@scope.of("tenant")
@transaction.atomic
def remove(*, documents: Iterable[UUID], tenant: UUID, by: str = "system", reason: str) -> int:
    """The tombstone: from the commit on nothing is answered from them. ingestion.prune empties the stores after."""
    live = Document.objects.filter(id__in=list(documents), tenant_id=tenant, removed_at=None)
    leaving = list(live.select_for_update().order_by("id"))
    if not leaving:
        return 0
    ids = [document.id for document in leaving]
    restrictions.keep(leaving)
    Document.objects.filter(id__in=ids).update(removed_at=Now(), state=State.DELETING, fence=F("fence") + 1, lease_until=None)
    move_epoch(tenant)
    detail = {"reason": reason, "count": len(ids), "documents": [str(id) for id in ids[:100]]}
    record(action="documents.removed", tenant=tenant, actor=by, detail=detail)
    return len(ids)


def _new(source: Source, item: Incoming) -> Document:
    return Document(
        tenant_id=source.tenant_id,
        source=source,
        language=source.tenant.language,
        uri=item.uri,
        title=item.title,
        media_type=item.media_type,
        blob=item.blob,
        sha256=item.sha256,
        size=item.size,
        modified=item.modified,
    )


def _replace(document: Document, item: Incoming) -> None:
    """The fence moves, so that a worker that still reads the old bytes writes nothing."""
    Document.objects.filter(id=document.id).update(
        title=item.title,
        media_type=item.media_type,
        blob=item.blob,
        sha256=item.sha256,
        size=item.size,
        modified=item.modified,
        state=State.PENDING,
        code="",
        message="",
        attempt=0,
        fence=F("fence") + 1,
        lease_until=None,
        not_before=None,
    )
    before = document.blob
    transaction.on_commit(lambda: blobs.remove(before), robust=True)
