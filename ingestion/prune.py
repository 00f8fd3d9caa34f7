"""What was removed leaves every store: the index, text, grants, bytes. Each store is asked again, and a receipt says what it answered."""

import hashlib
import json
import logging
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from audit.actions import record
from documents import actions as documents
from documents import blobs, work
from documents.models import Chunk, DeletionReceipt, Document, Grant, Page
from index import points
from ingestion.doorbell import ring_pruning
from sources.models import Source
from tenants import actions as tenants
from tenants import scope
from tenants.models import Tenant

log = logging.getLogger("redoubt.ingestion")
AT_ONCE = 200


class NotGone(Exception):
    """A store still holds something of what was removed; the next sweep tries again."""


@scope.of("document")
@transaction.atomic
def remove(*, document: Document, by: str = "system", reason: str = "removed by a person") -> None:
    """Gone for every reader with the commit; the stores are emptied by a worker."""
    documents.remove(documents=[document.id], tenant=document.tenant_id, by=by, reason=reason)
    ring_pruning()


def remove_source(*, source: Source, by: str = "system") -> DeletionReceipt:
    """The source with everything it brought, at once."""
    with scope.within(source.tenant_id):
        live = list(Document.objects.filter(source=source, removed_at=None).values_list("id", flat=True))
    documents.remove(documents=live, tenant=source.tenant_id, by=by, reason="its source was removed")
    purge_removed(source=source)
    with scope.within(source.tenant_id):
        record(action="source.removed", tenant=source.tenant_id, actor=by, object=f"source:{source.id}", detail={"documents": len(live)})
        receipt = _receipt(source.tenant_id, f"source:{source.id}", {"documents": len(live), "left": 0})
        source.delete()
    return receipt


def erase_tenant(*, tenant: Tenant, by: str = "system") -> DeletionReceipt:
    """Everything of the tenant, and the tenant. Raises NotGone where something is left."""
    all_of_it = Document.objects.filter(tenant=tenant)
    with scope.within(tenant.id):
        live = list(all_of_it.filter(removed_at=None).values_list("id", flat=True))
    documents.remove(documents=live, tenant=tenant.id, by=by, reason="its tenant was removed")
    before = points.count(tenant=tenant.id)
    points.remove_tenant(tenant.id)
    with scope.within(tenant.id):
        counts = {"documents": all_of_it.count(), "points": before, **_empty(all_of_it)}
    if left := points.count(tenant=tenant.id):
        raise NotGone(f"{left} points of the tenant {tenant.slug} are still in the index.")
    with scope.within(tenant.id):
        receipt = _receipt(tenant.id, f"tenant:{tenant.id}", {**counts, "left": 0})
        tenants.remove(tenant=tenant, by=by)
    return receipt


def purge_removed(source: Source | None = None) -> int:
    """Empties the stores of removed documents; may run twice, and beside itself. Returns how many are gone now."""
    whose = [source.tenant_id] if source else work.tenants_with_removed()
    return sum(_purge_of(tenant, source) for tenant in whose)


def _purge_of(tenant: UUID, source: Source | None) -> int:
    gone = 0
    while count := _purge_some(tenant, source):
        gone += count
    return gone


@scope.of("tenant")
@transaction.atomic
def _purge_some(tenant: UUID, source: Source | None) -> int:
    removed = Document.objects.filter(tenant_id=tenant, state=Document.State.DELETING)
    if source is not None:
        removed = removed.filter(source=source)
    ids = list(removed.select_for_update(skip_locked=True).order_by("removed_at").values_list("id", flat=True)[:AT_ONCE])
    if not ids:
        return 0
    counted = {document: _counts(document) for document in ids}
    points.remove(document=ids)
    if left := points.count(document=ids):
        raise NotGone(f"{left} points of removed documents are still in the index.")
    _empty(Document.objects.filter(id__in=ids))
    for document in ids:
        _receipt(tenant, f"document:{document}", {**counted[document], "left": 0})
    return len(ids)


def _empty(chosen: Any) -> dict[str, int]:
    """Rows first, then bytes: a crash between leaves a file that nothing names, never a row without its bytes."""
    with transaction.atomic():
        keys = list(chosen.values_list("blob", flat=True))
        ids = list(chosen.values_list("id", flat=True))
        counts = {
            "chunks": _deleted(Chunk.objects.filter(document__in=ids)),
            "pages": _deleted(Page.objects.filter(document__in=ids)),
            "grants": _deleted(Grant.objects.filter(document__in=ids)),
        }
        Document.objects.filter(id__in=ids).delete()
        transaction.on_commit(lambda: _remove_blobs(keys))
    return {**counts, "blobs": len(keys)}


def _deleted(rows: Any) -> int:
    return int(rows.delete()[0])


def _remove_blobs(keys: Sequence[str]) -> None:
    for key in keys:
        blobs.remove(key)


def _counts(document: UUID) -> dict[str, int]:
    return {
        "points": points.count(document=document),
        "chunks": Chunk.objects.filter(document=document).count(),
        "pages": Page.objects.filter(document=document).count(),
        "blobs": 1,
    }


def _receipt(tenant: UUID, subject: str, counts: dict[str, int]) -> DeletionReceipt:
    body = json.dumps({"tenant": str(tenant), "subject": subject, "counts": counts}, sort_keys=True)
    return DeletionReceipt.objects.create(tenant=tenant, subject=subject, counts=counts, hash=hashlib.sha256(body.encode()).hexdigest())
