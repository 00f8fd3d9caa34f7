"""The Celery application: `celery -A config.celery worker`."""

import os
from typing import Any

from celery import Celery, Task
from celery.signals import worker_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Audited(Task):  # type: ignore[misc]
    """What the worker does of itself is recorded as the worker's, not as somebody's command."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from audit.actions import through

        with through("worker"):
            return super().__call__(*args, **kwargs)


app = Celery("redoubt", task_cls=Audited)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["access", "audit", "config", "ingestion"])


@worker_init.connect  # type: ignore[untyped-decorator]
def find_the_audit_key(**_: Any) -> None:
    """A worker that cannot sign ends here: Celery would log any other error and go on, and nothing would ever be checkpointed."""
    from audit import keys

    try:
        keys.own()
    except keys.NoKey as error:
        raise SystemExit(f"Error: {error}") from None


@worker_init.connect  # type: ignore[untyped-decorator]
def load_the_encoder(**_: Any) -> None:
    """Before the first message is taken: a worker that is ready is warm."""
    from inference.embedder import get_embedder

    get_embedder()


@worker_ready.connect  # type: ignore[untyped-decorator]
def say_ready(**_: Any) -> None:
    from config.embedded import notify

    notify.ready()
