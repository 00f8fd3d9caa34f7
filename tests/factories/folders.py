"""Folders of documents, and the way from one into the stores without a worker: the same functions, in this process."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models.functions import Now

from documents.models import Document
from ingestion import process, sync
from sources import actions as sources
from sources.models import Source, SyncRun
from tenants import scope
from tenants.models import Tenant

HANDBOOK = {
    "leave.md": "# Annual leave\n\nEveryone has 25 days of annual leave.\n",
    "site/opening.txt": "The harbour gate opens at seven in the morning.\n",
    "cranes.csv": "crane,load in tonnes\nNorth,12\nSouth,40\n",
}


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def folder_source(tenant: Tenant, folder: Path, *access: str, name: str = "Handbook") -> Source:
    """`access` are the words of the command line; none means everyone."""
    readers = sources.readers(tenant, access or ("everyone",))
    return sources.ensure(tenant=tenant, name=name, kind="folder", config={"path": str(folder)}, access=readers)[0]


def synced(source: Source, *, allow_removals: bool = False) -> SyncRun:
    run = sources.request_run(source=source, allow_removals=allow_removals)
    sync.run(str(run.id))
    return refreshed(run)


@scope.of("run")
def refreshed(run: SyncRun) -> SyncRun:
    run.refresh_from_db()
    return run


@transaction.atomic
def ingested(source: Source) -> SyncRun:
    """In one transaction: a worker of an earlier test that still runs sees the documents once they are ready, and takes none of them."""
    run = synced(source)
    process.drain()
    return run


@scope.of("source")
def expire_leases(source: Source) -> None:
    """As if the time had passed in which a dead worker would have renewed them."""
    Document.objects.filter(source=source, lease_until__isnull=False).update(lease_until=Now() - timedelta(seconds=1))


@scope.of("source")
def states(source: Source) -> dict[str, str]:
    return dict(Document.objects.filter(source=source, removed_at=None).values_list("uri", "state"))
