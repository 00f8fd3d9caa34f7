#!/usr/bin/env python
"""Puts platform/ on the path, attaches the services that a command needs, then hands over to Django."""

import json
import os
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def main() -> None:
    sys.path.insert(0, str(ROOT / "platform"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.embedded.client import attach
    from config.embedded.commands import needs
    from config.embedded.errors import EmbeddedError

    signal.signal(signal.SIGTERM, _leave)
    try:
        with attach(needs(sys.argv[1:])):
            _django()
    except EmbeddedError as error:
        if "--json" in sys.argv:
            print(json.dumps({"error": {"code": error.code, "message": str(error)}}))
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(error.status)
    except KeyboardInterrupt:
        sys.exit(130)


def _leave(*_: object) -> None:
    """Asked to end, a command cleans up as it does at its own end."""
    sys.exit(143)


def _django() -> None:
    from django.core.exceptions import ImproperlyConfigured

    try:
        _run() if sys.argv[1:] == ["run"] else _execute()
    except ImproperlyConfigured as error:
        sys.exit(f"Error: {error}")


def _execute() -> None:
    """As Django's, but a command that is not there was asked wrongly."""
    from django.core.management import ManagementUtility
    from django.core.management.base import BaseCommand

    class Redoubt(ManagementUtility):
        def fetch_command(self, subcommand: str) -> BaseCommand:
            try:
                return super().fetch_command(subcommand)
            except SystemExit:
                if "--json" in sys.argv:
                    message = f"There is no command {subcommand!r}."
                    print(json.dumps({"error": {"code": "asked_wrongly", "message": message}}))
                sys.exit(2)

    Redoubt(sys.argv).execute()


def _run() -> None:
    """`run` waits for Ctrl-C as long as Redoubt runs: it reads the settings, and loads none of the applications."""
    import config.settings  # noqa: F401  (what is wrong with them is said before anything starts)
    from config.embedded.run import run

    run(os.environ)


if __name__ == "__main__":
    main()
