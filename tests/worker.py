"""The real worker of the test session, as a process that can be killed."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from celery import current_app
from django.conf import settings


def kill_worker() -> int:
    """kill -9, as the kernel does when memory runs out. The supervisor starts another. Returns the dead one's process id."""
    worker = _worker()
    worker.send_signal(signal.SIGKILL)
    psutil.wait_procs([worker], timeout=30)
    return worker.pid


@contextmanager
def worker_at_rest() -> Iterator[None]:
    """It ends what it is at, and hears no bell meanwhile. Nothing where none of this session runs."""
    try:
        _worker()
    except NoWorker:
        yield
        return
    control, queue = current_app.control, current_app.conf.task_default_queue
    assert control.cancel_consumer(queue, reply=True, limit=1, timeout=30), "The worker does not answer."
    try:
        while any((control.inspect(limit=1, timeout=30).active() or {}).values()):
            time.sleep(0.05)
        yield
    finally:
        assert control.add_consumer(queue, reply=True, limit=1, timeout=30), "The worker does not answer."


class NoWorker(AssertionError):
    pass


def _worker() -> psutil.Process:
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "celery" in words and "worker" in words and _data_of(process) == str(settings.DATA):
            return process
    raise NoWorker("No worker of this session is running.")


def _data_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get("REDOUBT_DATA")
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        return None
