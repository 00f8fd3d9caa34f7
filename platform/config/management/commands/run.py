import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.embedded.errors import EmbeddedError
from config.embedded.run import run


class Command(BaseCommand):
    help = "Start everything on this machine and serve the portal until Ctrl-C. PORT, DOCS, CHAT_BASE_URL and REDOUBT_DATA are read."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run(os.environ)
        except EmbeddedError as error:
            raise CommandError(str(error)) from error
