"""Documents on their way through the real worker: rung for once, ten times, or not at all, and with the worker killed in the middle."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from celery import current_app

from documents.models import Document
from index import points
from ingestion import sync, upload
from ingestion.progress import Watch
from sources import actions as sources
from sources.models import Source, SyncRun
from tests.factories.cast import Cast, make_cast
from tests.factories.folders import HANDBOOK, expire_leases, folder_source, states, write
from tests.factories.looking import look
from tests.worker import kill_worker

pytestmark = pytest.mark.usefixtures("worker", "committed")
PATIENCE = 120.0
"""Far more than it takes: the sweeper comes by every 20 s."""


@pytest.fixture
def cast(committed: None) -> Cast:
    return make_cast()


@pytest.fixture
def source(cast: Cast, tmp_path: Path) -> Source:
    return folder_source(cast.tenant, write(tmp_path, HANDBOOK))


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "It did not happen."
        time.sleep(0.02)


def ready(source: Source) -> bool:
    return set(states(source).values()) == {"ready"} and not look(
        source, lambda: Document.objects.filter(source=source, unpublished=True).exists()
    )


def test_a_folder_goes_through_the_worker(source: Source) -> None:
    watch = Watch(source)
    run = sync.request(source=source)
    watch.follow(run)
    outcome = watch.outcome(run)
    assert (run.state, outcome.documents, outcome.ready, outcome.failed) == ("finished", 3, 3, ())
    assert outcome.chunks == points.count(tenant=source.tenant_id)


def test_a_file_dropped_on_the_page_is_soon_ready(cast: Cast) -> None:
    received = upload.receive(viewer=cast.viewer(cast.owner), name="crane.txt", data=b"The new crane lifts 60 tonnes.")
    until(lambda: look(cast.tenant, lambda: Document.objects.get(id=received.document).state) == "ready")


def test_the_same_message_ten_times_has_one_effect(source: Source) -> None:
    run = sources.request_run(source=source)
    for _ in range(10):
        current_app.send_task("ingestion.tasks.sync_source", args=(str(run.id),))
        current_app.send_task("ingestion.tasks.process_documents")
    until(lambda: len(states(source)) == len(HANDBOOK) and ready(source))
    assert look(source, lambda: SyncRun.objects.filter(source=source).count()) == 1
    assert set(look(source, lambda: Document.objects.filter(source=source).values_list("fence", flat=True))) == {1}
    assert points.count(tenant=source.tenant_id) == sum(
        look(source, lambda: Document.objects.filter(source=source).values_list("chunk_count", flat=True))
    )


def test_work_that_nobody_rang_for_is_found_by_the_sweeper(source: Source) -> None:
    sources.request_run(source=source)
    until(lambda: len(states(source)) == len(HANDBOOK) and ready(source))


def test_a_worker_killed_in_the_middle_of_a_document_loses_nothing(cast: Cast, tmp_path: Path) -> None:
    long = "\n\n".join(f"Paragraph {number} about the harbour and its cranes. " * 8 for number in range(400))
    source = folder_source(cast.tenant, write(tmp_path, {"long.txt": long}))
    sync.request(source=source)
    until(lambda: states(source) == {"long.txt": "processing"})
    kill_worker()
    assert states(source) == {"long.txt": "processing"}
    expire_leases(source)
    until(lambda: ready(source))
    document = look(source, lambda: Document.objects.get(source=source))
    assert document.fence == 2
    assert points.count(document=document.id) == points.count(document=document.id, generation=2) == document.chunk_count
