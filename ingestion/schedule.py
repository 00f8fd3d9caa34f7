"""The sweeper: finds work that nobody was told of, or whose worker died, and rings."""

from documents import work
from ingestion.doorbell import ring_processing, ring_pruning, ring_publishing, ring_sync
from sources.actions import restart_expired_runs
from sources.queries import waiting_runs


def sweep() -> None:
    """Reads work lists only; whoever answers the bell does the work."""
    restart_expired_runs()
    for run in waiting_runs():
        ring_sync(run)
    work.quarantine_exhausted()
    waits = work.waits()
    if waits.processing:
        ring_processing()
    if waits.publishing:
        ring_publishing()
    if waits.pruning:
        ring_pruning()
