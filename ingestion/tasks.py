"""Doors for Celery. A message is a doorbell: each door looks up what there is to do, and may open twice without harm."""

from celery import shared_task

from ingestion import process, prune, publish, schedule, sync


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def sync_source(run_id: str) -> None:
    sync.run(run_id)


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def process_documents() -> None:
    process.drain()


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def publish_documents() -> None:
    publish.drain()


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def prune_documents() -> None:
    prune.purge_removed()


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> None:
    schedule.sweep()
