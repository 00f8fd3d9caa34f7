"""What the index is told while something else is under way."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from access import principals
from documents import grants
from documents.models import Document
from index import points
from ingestion import process, publish
from ingestion.grants import apply
from ingestion.prepare import Prepared
from tests.factories.cast import make_cast
from tests.factories.folders import HANDBOOK, folder_source, ingested, synced, write
from tests.factories.looking import look

pytestmark = pytest.mark.django_db


def test_readers_that_change_while_a_new_generation_is_stored_leave_it_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = make_cast()
    source = folder_source(cast.tenant, write(tmp_path, HANDBOOK))
    ingested(source)
    leave = look(source, lambda: Document.objects.get(source=source, uri="leave.md"))
    (tmp_path / "leave.md").write_text("Everyone has 29 days of leave.")
    ingested(source)
    (tmp_path / "leave.md").write_text("Everyone has 30 days of leave.")
    synced(source)
    counted = process._whole

    def denied_meanwhile(batch: Sequence[Prepared]) -> Sequence[Prepared]:
        whole = counted(batch)
        apply(grants.deny, document=leave, principals=[principals.user(cast.teammate.id)], by="test")
        publish.publish_waiting()
        return whole

    monkeypatch.setattr(process, "_whole", denied_meanwhile)
    process.drain()
    look(source, leave.refresh_from_db)
    assert leave.state == "ready"
    assert points.count(document=leave.id) == points.count(document=leave.id, generation=leave.generation) == leave.chunk_count > 0


def test_what_changes_behind_a_drain_is_told_before_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = make_cast()
    source = folder_source(cast.tenant, write(tmp_path, HANDBOOK))
    ingested(source)
    documents = look(source, lambda: list(Document.objects.filter(source=source).order_by("id")))
    deny = [principals.user(cast.teammate.id)]
    for document in documents[1:]:
        apply(grants.deny, document=document, principals=deny, by="test")
    told: list[UUID] = []
    tell = points.publish

    def first_changes_meanwhile(*, document: Sequence[UUID], **what: Any) -> None:
        tell(document=document, **what)
        told.extend(document)
        if len(told) == 1:
            apply(grants.deny, document=documents[0], principals=deny, by="test")
            publish.drain()  # as another thread of the worker does when it is rung: the one at work does it

    monkeypatch.setattr(publish, "SLICE", 1)
    monkeypatch.setattr(points, "publish", first_changes_meanwhile)
    publish.drain()
    assert told == [*(document.id for document in documents[1:]), documents[0].id]
    assert not look(source, Document.objects.filter(source=source, unpublished=True).exists)
