"""Who may read changes, and the index is told after it. Nothing is read, split or encoded again.

A source's policy holds for all its documents with the commit, in the index too: their points name the source, and a search asks
which sources its viewer's principals open. Only a document's own grants stand in its points.
"""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from django.db import transaction

from documents import mirroring
from documents.mirroring import Permissions
from documents.models import Document
from ingestion.doorbell import ring_publishing
from sources.actions import set_access
from sources.models import Source
from tenants import scope

Change = Callable[..., int]


@scope.of("source")
@transaction.atomic
def change(*, source: Source, access: Sequence[str] | None, by: str = "system") -> int:
    """The source's policy; None mirrors its own permissions. Returns how many documents have other readers."""
    if not set_access(source=source, access=access, by=by):
        return 0
    if access is not None and mirroring.forget(source=source):
        ring_publishing()
    return Document.objects.filter(source=source, removed_at=None, restricted=False).count()


@scope.of("source")
@transaction.atomic
def mirror(*, source: Source, permissions: Mapping[UUID, Permissions]) -> int:
    """What the source itself says of these documents. Returns how many differ."""
    differ = mirroring.mirror(source=source, permissions=permissions)
    if differ:
        ring_publishing()
    return differ


@scope.of("document")
@transaction.atomic
def apply(change: Change, *, document: Document, principals: Sequence[str], by: str) -> int:
    """`change` is one of documents.grants: share, unshare, deny, undeny or narrow. Raises documents.grants.NotThere."""
    changed = change(document=document, principals=principals, by=by)
    if changed:
        ring_publishing()
    return changed
