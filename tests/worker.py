"""The real worker of the test session, as a process that can be killed."""

import signal

import psutil
from django.conf import settings


def kill_worker() -> int:
    """kill -9, as the kernel does when memory runs out. The supervisor starts another. Returns the dead one's process id."""
    worker = _worker()
    worker.send_signal(signal.SIGKILL)
    psutil.wait_procs([worker], timeout=30)
    return worker.pid


def _worker() -> psutil.Process:
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "celery" in words and "worker" in words and _data_of(process) == str(settings.DATA):
            return process
    raise AssertionError("No worker of this session is running.")


def _data_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get("REDOUBT_DATA")
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        return None
