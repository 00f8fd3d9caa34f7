"""The sweeper: finds work that nobody was told of, or whose worker died, and rings."""

from documents import work
from documents.models import Document
from ingestion.doorbell import ring_processing, ring_pruning, ring_publishing, ring_sync
from sources.actions import restart_expired_runs
from sources.models import SyncRun


def sweep() -> None:
    """Reads work lists only; whoever answers the bell does the work."""
    restart_expired_runs()
    for run in SyncRun.objects.filter(state=SyncRun.State.PENDING):
        ring_sync(run)
    work.quarantine_exhausted()
    if work.waiting().exists():
        ring_processing()
    if Document.objects.filter(unpublished=True, removed_at=None).exists():
        ring_publishing()
    if Document.objects.filter(state=Document.State.DELETING).exists():
        ring_pruning()
