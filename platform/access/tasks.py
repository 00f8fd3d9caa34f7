"""A door for Celery: the scheduler knocks, and what has ended by itself is written down."""

from celery import shared_task

from access import actions


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def end_expired() -> None:
    actions.end_expired()
