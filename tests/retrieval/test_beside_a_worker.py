"""A worker that an earlier test has started shares the stores: the stories' company stays as its story has made it all the same."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection

from documents.models import Work
from ingestion import process
from ingestion.publish import publish_waiting
from retrieval.search import search
from tenants import scope
from tests.factories.cast import make_cast
from tests.factories.folders import folder_source, ingested, write
from tests.retrieval.conftest import LEAVE, Harbour


def test_who_may_read_again_finds_again(harbour: Harbour) -> None:
    harbour.revoke()
    publish_waiting()  # as the worker does when it is rung
    harbour.restore()
    found = search(harbour.owner, "What is the salary of a crane driver?")
    assert "3,900" in repr(found.passages)


def test_a_worker_takes_no_document_that_is_ingested_here(committed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = folder_source(make_cast().tenant, write(tmp_path, {"leave.md": LEAVE}))
    seen: list[bool] = []
    drain = process.drain

    def looked_at() -> None:
        with ThreadPoolExecutor(1) as elsewhere:
            seen.append(elsewhere.submit(_is_seen, source.id).result())
        drain()

    monkeypatch.setattr(process, "drain", looked_at)
    ingested(source)
    assert seen == [False]
    assert _is_seen(source.id)


@scope.across
def _seen(source: UUID) -> bool:
    return Work.objects.filter(source=source).exists()


def _is_seen(source: UUID) -> bool:
    try:
        return _seen(source)
    finally:
        connection.close()
