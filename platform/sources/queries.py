from typing import Any
from uuid import UUID

from django.db.models.functions import Now

from access import principals
from access.viewer import Viewer
from sources.models import Source, SyncRun
from tenants import scope


@scope.of("viewer")
def policies_of(viewer: Viewer) -> list[frozenset[str]]:
    """For each reader, the sources whose policy lets him read, as principals. One query."""
    anybody = frozenset[str]().union(*viewer.readers)
    rows = Source.objects.filter(tenant_id=viewer.tenant_id, access__has_any_keys=sorted(anybody)).values_list("id", "access")
    named = [(principals.readers_of(source), access) for source, access in rows]
    return [frozenset(source for source, access in named if not reader.isdisjoint(access)) for reader in viewer.readers]


@scope.across
def waiting_runs(source_id: UUID | None = None) -> list[SyncRun]:
    """Of all tenants, or of one source."""
    waiting = SyncRun.objects.filter(state=SyncRun.State.PENDING)
    return list(waiting if source_id is None else waiting.filter(source=source_id))


@scope.across
def expired_runs() -> list[SyncRun]:
    """Their worker died, or lost the database."""
    return list(SyncRun.objects.filter(state=SyncRun.State.RUNNING, lease_until__lt=Now()).select_related("source"))


@scope.across
def tenant_of_run(run_id: Any) -> UUID | None:
    return SyncRun.objects.filter(id=run_id).values_list("tenant_id", flat=True).first()
