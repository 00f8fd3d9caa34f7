"""A folder's changes become documents; what vanishes is removed, carefully. All in this process, on real stores."""

import os
from pathlib import Path

import pytest

from documents import actions as documents
from documents import queries
from documents.actions import Incoming
from documents.models import Document, Grant
from index import points
from ingestion import grants, process
from ingestion.connectors.registry import connector_for
from ingestion.prune import purge_removed
from sources import actions as sources
from sources.models import Source, SyncFailure
from tests.factories.cast import Cast, make_cast
from tests.factories.folders import HANDBOOK, folder_source, ingested, states, synced, write
from tests.factories.looking import look, seen_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def source(cast: Cast, tmp_path: Path) -> Source:
    return folder_source(cast.tenant, write(tmp_path / "handbook", HANDBOOK))


def folder(source: Source) -> Path:
    return Path(source.config["path"])


def waiting(source: Source) -> list[str]:
    return sorted(uri for uri, state in states(source).items() if state == "pending")


def test_the_second_sync_of_an_unchanged_folder_does_nothing(source: Source) -> None:
    assert synced(source).changed == len(HANDBOOK)
    assert synced(source).changed == 0


def test_a_file_that_was_only_touched_is_not_processed_again(source: Source) -> None:
    synced(source)
    os.utime(folder(source) / "leave.md", (1_700_000_000, 1_700_000_000))
    assert synced(source).changed == 0
    modified = look(source, lambda: Document.objects.get(source=source, uri="leave.md").modified)
    assert modified
    assert modified.timestamp() == 1_700_000_000


def test_a_changed_file_answers_with_its_old_text_until_the_new_is_ready(cast: Cast, source: Source) -> None:
    ingested(source)
    viewer, leave = cast.viewer(cast.owner), look(source, lambda: Document.objects.get(source=source, uri="leave.md"))
    write(folder(source), {"leave.md": "# Annual leave\n\nEveryone has 30 days of annual leave.\n"})
    assert synced(source).changed == 1
    assert waiting(source) == ["leave.md"]
    assert "25 days" in queries.pages(viewer, leave.id)[0].text
    process.drain()
    assert "30 days" in queries.pages(viewer, leave.id)[0].text
    look(leave, leave.refresh_from_db)
    assert points.count(document=leave.id) == points.count(document=leave.id, generation=leave.generation) == leave.chunk_count


def test_a_vanished_file_is_gone_at_once_and_then_from_every_store(cast: Cast, source: Source) -> None:
    ingested(source)
    leave = look(source, lambda: Document.objects.get(source=source, uri="leave.md"))
    (folder(source) / "leave.md").unlink()
    assert synced(source).removed == 1
    assert queries.document(cast.viewer(cast.owner), leave.id) is None
    purge_removed()
    assert points.count(document=leave.id) == 0
    assert not look(source, lambda: Document.objects.filter(id=leave.id).exists())


def test_a_listing_that_comes_back_empty_removes_nothing(source: Source) -> None:
    synced(source)
    for path in sorted(folder(source).rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    run = synced(source)
    assert (run.code, run.removed, len(states(source))) == ("removals_wait", 0, len(HANDBOOK))


def test_a_folder_that_is_not_there_fails_the_run_and_removes_nothing(source: Source) -> None:
    synced(source)
    folder(source).rename(folder(source).with_name("moved"))
    run = synced(source)
    assert (run.state, run.code, len(states(source))) == ("failed", "unreachable", len(HANDBOOK))


def test_more_than_a_fifth_gone_waits_for_a_person(cast: Cast, tmp_path: Path) -> None:
    source = folder_source(cast.tenant, write(tmp_path, {f"{n}.txt": f"note {n}" for n in range(10)}))
    synced(source)
    for number in range(3):
        (tmp_path / f"{number}.txt").unlink()
    run = synced(source)
    assert (run.state, run.code, run.removed) == ("finished", "removals_wait", 0)
    assert synced(source, allow_removals=True).removed == 3


def test_a_file_that_cannot_be_read_is_named_and_what_was_known_of_it_stays(source: Source) -> None:
    ingested(source)
    (folder(source) / "leave.md").unlink()
    (folder(source) / "leave.md").symlink_to("/etc/hostname")
    run = synced(source)
    assert list(look(source, lambda: SyncFailure.objects.filter(run=run).values_list("uri", "code"))) == [("leave.md", "outside_source")]
    assert states(source)["leave.md"] == "ready"


def test_a_kind_without_a_connector_fails_the_run_with_a_reason(cast: Cast) -> None:
    uploads, _ = sources.ensure(tenant=cast.tenant, name="Uploads", kind="upload", config={}, access=[])
    assert synced(uploads).code == "not_configured"


def test_other_readers_need_no_new_vectors(cast: Cast, source: Source) -> None:
    ingested(source)
    before = set(look(source, lambda: Document.objects.filter(source=source).values_list("id", "generation", "fence")))
    assert len(seen_by(cast.viewer(cast.teammate))) == len(HANDBOOK)
    grants.change(source=source, access=sources.readers(cast.tenant, ["group:staff"]))
    assert len(seen_by(cast.viewer(cast.teammate))) == 0
    assert len(seen_by(cast.viewer(cast.owner))) == len(HANDBOOK)
    process.drain()
    assert set(look(source, lambda: Document.objects.filter(source=source).values_list("id", "generation", "fence"))) == before
    assert not look(source, lambda: Document.objects.filter(source=source, unpublished=True).exists())


def test_a_sync_under_way_does_not_bring_back_readers_that_were_taken_away(cast: Cast, source: Source) -> None:
    under_way = look(source, lambda: Source.objects.get(id=source.id))
    grants.change(source=source, access=[])
    documents.save(source=under_way, incoming=[Incoming("late.md", "Late", "text/markdown", "", "", 0, None)])
    assert look(source, lambda: Document.objects.filter(source=source, uri="late.md").exists())
    assert not look(source, lambda: Grant.objects.filter(document__source=source).exists())


def test_a_source_without_readers_is_read_by_nobody(cast: Cast, tmp_path: Path) -> None:
    folder = str(write(tmp_path, HANDBOOK))
    source, _ = sources.ensure(tenant=cast.tenant, name="Closed", kind="folder", config={"path": folder}, access=[])
    ingested(source)
    assert not look(source, lambda: Grant.objects.filter(document__source=source).exists())
    assert not seen_by(cast.viewer(cast.owner))


def test_the_outsider_sees_nothing_of_it(cast: Cast, source: Source) -> None:
    ingested(source)
    assert not seen_by(cast.viewer(cast.outsider))


def test_each_source_has_its_connector(source: Source) -> None:
    assert sum(1 for _ in connector_for(source).changes(None)) == len(HANDBOOK)
