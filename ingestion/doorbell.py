"""Rings the workers after the commit. A ring that is lost, late or doubled changes nothing: the sweeper rings again."""

from functools import partial

from celery import current_app
from django.db import transaction

from sources.models import SyncRun


def ring_processing() -> None:
    _ring("ingestion.tasks.process_documents")


def ring_sync(run: SyncRun) -> None:
    _ring("ingestion.tasks.sync_source", str(run.id))


def ring_publishing() -> None:
    _ring("ingestion.tasks.publish_documents")


def ring_pruning() -> None:
    _ring("ingestion.tasks.prune_documents")


def _ring(task: str, *args: str) -> None:
    """Robust: with Redis away the work still stands in the state columns."""
    transaction.on_commit(partial(current_app.send_task, task, args=args, retry=False), robust=True)
