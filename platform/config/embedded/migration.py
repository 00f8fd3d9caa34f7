"""`python -m config.embedded.migration`: brings the database up to date; an embedded one remembers for which migrations it did so."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from config.embedded.catalogue import migrations_digest
from config.embedded.home import Home


def main(environment: Mapping[str, str]) -> None:
    done, digest = _remembered(environment), migrations_digest()
    if done is not None and done.exists() and done.read_text() == digest:
        return
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", database="owner", interactive=False, verbosity=0, stdout=sys.stderr)
    if done is not None:
        done.write_text(digest)


def _remembered(environment: Mapping[str, str]) -> Path | None:
    """Inside the database's own folder, so that it goes when that goes; a database elsewhere is asked each time."""
    if not (environment.get("DATABASE_URL") or environment.get("DATABASE_URL_FILE")):
        return Home.of(environment).path / "postgres" / "redoubt-migrated"
    if not (environment.get("DATABASE_OWNER_URL") or environment.get("DATABASE_OWNER_URL_FILE")):
        sys.exit("DATABASE_OWNER_URL is not set: migrations run as the role that owns the tables.")
    return None


if __name__ == "__main__":
    main(os.environ)
