"""Django and the embedded services inside a benchmark's own process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def services(data: Path, *needs: str) -> Iterator[None]:
    """Once in a process: the settings are read here."""
    os.environ["REDOUBT_DATA"] = str(data)
    import django

    from config.embedded.client import attach

    with attach({"base", *needs}):
        django.setup()
        yield
