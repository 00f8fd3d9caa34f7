"""One company with two documents: what everyone may read, and what only `staff` may."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction

from access.viewer import Viewer
from documents.models import Document
from ingestion.grants import change
from ingestion.publish import publish_waiting
from sources.actions import readers
from sources.models import Source
from tests.factories.cast import Cast, make_cast
from tests.factories.folders import folder_source, ingested, write
from tests.factories.looking import look

LEAVE = "# Annual leave\n\nEveryone has 25 days of annual leave in a year. The gate of the harbour opens at seven.\n"
SALARIES = "# Salaries\n\nThe salary of a crane driver is 3,900 pounds a month. Salaries are reviewed every April.\n"


@dataclass(frozen=True)
class Harbour:
    cast: Cast
    handbook: Source
    salaries: Source

    @property
    def owner(self) -> Viewer:
        return self.cast.viewer(self.cast.owner)

    @property
    def teammate(self) -> Viewer:
        return self.cast.viewer(self.cast.teammate)

    @property
    def outsider(self) -> Viewer:
        return self.cast.viewer(self.cast.outsider)

    def revoke(self) -> None:
        """Nobody may read the salaries any more."""
        change(source=self.salaries, access=[])

    def restore(self) -> None:
        """Staff may again, and find them: a worker of an earlier test that still runs may have told the index of the revocation."""
        change(source=self.salaries, access=readers(self.cast.tenant, ["group:staff"]))
        with transaction.atomic():
            salaries = Document.objects.select_for_update().filter(source=self.salaries)  # waits for a worker that just tells it
            publish_waiting(look(self.cast, lambda: list(salaries.values_list("id", flat=True))))


@pytest.fixture(scope="module")
def harbour(django_db_setup: None, django_db_blocker: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    """Committed, because an answer reads in threads of its own."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        cast = make_cast()
        yield Harbour(
            cast,
            _filled(cast, tmp_path_factory.mktemp("handbook"), {"leave.md": LEAVE}, "everyone", name="Handbook"),
            _filled(cast, tmp_path_factory.mktemp("salaries"), {"salaries.md": SALARIES}, "group:staff", name="Salaries"),
        )


def _filled(cast: Cast, folder: Path, files: dict[str, str], *access: str, name: str) -> Source:
    source = folder_source(cast.tenant, write(folder, files), *access, name=name)
    ingested(source)
    return source
