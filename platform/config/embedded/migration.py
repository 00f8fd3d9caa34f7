"""`python -m config.embedded.migration`: brings the embedded database up to date, and remembers for which migrations it did so."""

import sys

from config.embedded.catalogue import migrations_digest
from config.embedded.home import Home


def main(home: Home) -> None:
    done = home.path / "migrated"
    digest = migrations_digest()
    if done.exists() and done.read_text() == digest:
        return
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", database="owner", interactive=False, verbosity=0, stdout=sys.stderr)
    done.write_text(digest)


if __name__ == "__main__":
    import os

    main(Home.of(os.environ))
