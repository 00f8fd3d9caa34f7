"""A folder inside a source that nobody lets us list: root reads everything, so the refusal is put in the system's place."""

import errno
from pathlib import Path

import pytest

from documents.models import Document
from ingestion.connectors.folder import beneath
from ingestion.connectors.folder.beneath import Parts
from sources.models import SyncFailure
from tests.factories.cast import Cast, make_cast
from tests.factories.folders import HANDBOOK, folder_source, ingested, write
from tests.factories.looking import look

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_it_is_named_and_costs_neither_other_files_nor_what_was_read_of_it(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path, HANDBOOK)
    (folder / "locked").mkdir()
    (folder / "locked" / "gate.md").write_text("# Gate\n\nThe gate closes at ten in the evening.\n")
    source = folder_source(cast.tenant, folder, "group:staff")
    ingested(source)
    (folder / "new.md").write_text("# Crane\n\nThe new crane stands at berth four.\n")

    listed = beneath.listed

    def refused(root: Path, parts: Parts) -> list[tuple[str, bool]]:
        if parts == ("locked",):
            raise PermissionError(errno.EACCES, "Permission denied")
        return listed(root, parts)

    monkeypatch.setattr(beneath, "listed", refused)
    ingested(source)

    live = Document.objects.filter(source=source, removed_at=None, generation__gt=0).order_by()
    assert look(cast.tenant, lambda: set(live.values_list("uri", flat=True))) == {*HANDBOOK, "locked/gate.md", "new.md"}
    failures = SyncFailure.objects.filter(run__source=source).values_list("uri", "code")
    assert look(cast.tenant, lambda: list(failures)) == [("locked", "unreadable")]
