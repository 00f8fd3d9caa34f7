"""Writes of documents and their grants: what arrives, who may read it, what leaves. Processing states are in documents.work."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from audit.actions import record
from documents import blobs
from documents.models import Document, Grant
from sources.models import Source
from sources.queries import readers_now
from tenants.actions import move_epoch

FROM_SOURCE = "source"
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


@transaction.atomic
def save(*, source: Source, incoming: Sequence[Incoming], access: Sequence[str] | None = None) -> list[UUID]:
    """New documents with their grants, and new bytes for those that are there; all wait for processing. One item per address.

    Until the new bytes are processed the old text goes on answering. Returns the documents in the order given.
    """
    live = Document.objects.select_for_update().filter(source=source, removed_at=None, uri__in=[item.uri for item in incoming])
    known = {document.uri: document for document in live}
    new = [_new(source, item) for item in incoming if item.uri not in known]
    Document.objects.bulk_create(new)
    readers = readers_now(source) if access is None else access
    Grant.objects.bulk_create([_grant(document.id, principal) for document in new for principal in sorted(set(readers))])
    for item in incoming:
        if item.uri in known:
            _replace(known[item.uri], item)
    ids = {document.uri: document.id for document in (*known.values(), *new)}
    return [ids[item.uri] for item in incoming]


def touch(*, document: UUID, modified: datetime | None) -> None:
    """The same bytes with another time."""
    Document.objects.filter(id=document).update(modified=modified)


@transaction.atomic
def regrant(*, source: Source) -> int:
    """The source's access as the grants of all its documents, and a note that the index must hear. Returns how many differ."""
    from_source = Grant.objects.filter(document__source=source, document__removed_at=None, origin=FROM_SOURCE)
    readers = readers_now(source)
    gone = from_source.exclude(principal__in=readers)
    affected = set(gone.values_list("document_id", flat=True))
    gone.delete()
    missing = [_grant(document, principal) for principal in readers for document in _without(source, principal)]
    Grant.objects.bulk_create(missing, batch_size=5_000, ignore_conflicts=True)
    affected |= {grant.document_id for grant in missing}
    Document.objects.filter(id__in=affected).update(unpublished=True)
    move_epoch(source.tenant_id)
    return len(affected)


@transaction.atomic
def remove(*, documents: Iterable[UUID], tenant: UUID, by: str = "system", reason: str) -> int:
    """The tombstone: from the commit on nothing is answered from them. ingestion.prune empties the stores after."""
    live = Document.objects.filter(id__in=list(documents), tenant_id=tenant, removed_at=None)
    ids = list(live.select_for_update().values_list("id", flat=True))
    if not ids:
        return 0
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


def _grant(document: UUID, principal: str) -> Grant:
    return Grant(document_id=document, principal=principal, effect=Grant.Effect.ALLOW, origin=FROM_SOURCE)


def _without(source: Source, principal: str) -> list[UUID]:
    has = Grant.objects.filter(document__source=source, principal=principal, effect=Grant.Effect.ALLOW, origin=FROM_SOURCE)
    live = Document.objects.filter(source=source, removed_at=None)
    return list(live.exclude(id__in=has.values("document_id")).values_list("id", flat=True))
