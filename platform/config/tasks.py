"""A door for Celery: a console page rings for what takes the whole product, which no face may import."""

import subprocess
import sys
import threading

from celery import shared_task
from django.conf import settings


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def run_leaktest(slug: str) -> None:
    """In a process of its own, which ends with this one's group: it lays settings aside, and waits for this worker to read what it plants.
    What it finds stands in the audit."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "leaktest", f"--tenant={slug}", "--json"]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    threading.Thread(target=child.wait, name="leaktest", daemon=True).start()  # somebody has to notice its end
