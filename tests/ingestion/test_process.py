"""From pending to ready, and what becomes of documents when something breaks on the way. Real stores, real encoder."""

import gc
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.conf import settings

import index.client
from documents import queries, work
from documents.models import Chunk, Document
from index import points, schema
from ingestion import process
from ingestion.extract.limits import Limits
from ingestion.extract.pool import Extractor
from ingestion.prepare import Prepared, chunk_id, prepare
from sources.models import Source
from tests.factories.cast import Cast, make_cast
from tests.factories.folders import HANDBOOK, expire_leases, folder_source, ingested, states, synced, write
from tests.factories.looking import look, seen_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def source(cast: Cast, tmp_path: Path) -> Source:
    return folder_source(cast.tenant, write(tmp_path / "handbook", HANDBOOK))


def test_a_folder_becomes_documents_that_are_ready(source: Source) -> None:
    ingested(source)
    assert set(states(source).values()) == {"ready"}
    for document in look(source, lambda: Document.objects.filter(source=source)):
        assert points.count(document=document.id) == document.chunk_count == look(source, document.chunks.count) > 0
        assert not document.unpublished


def test_a_chunks_text_stands_in_the_document_to_the_letter(cast: Cast, source: Source) -> None:
    ingested(source)
    for chunk in look(source, lambda: Chunk.objects.filter(document__source=source).select_related("document")):
        pages = queries.pages(cast.viewer(cast.owner), chunk.document_id)
        assert "\n\n".join(page.text for page in pages)[chunk.start : chunk.end] == chunk.text
        assert chunk.id == chunk_id(cast.tenant.id, chunk.document_id, chunk.generation, chunk.ordinal)


def test_a_file_that_cannot_be_read_says_why_and_the_others_are_ready(cast: Cast, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        **HANDBOOK,
        "empty.txt": "",
        "program.pdf": b"MZ\x90\x00" + b"\x00" * 500,
        "broken.docx": b"PK\x03\x04 not a zip",
    }
    source = folder_source(cast.tenant, write(tmp_path, files))
    ingested(source)
    failed = dict(look(source, lambda: Document.objects.filter(source=source, state="failed").values_list("uri", "code")))
    assert failed == {"empty.txt": "empty_file", "program.pdf": "type_mismatch", "broken.docx": "corrupt"}
    assert sum(state == "ready" for state in states(source).values()) == len(HANDBOOK)


def test_a_poison_file_is_quarantined_after_three_attempts_and_the_queue_goes_on(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 400_000
    source = folder_source(cast.tenant, write(tmp_path, {**HANDBOOK, "poison.md": slow}))
    with Extractor(limits=Limits(seconds=3)) as impatient:
        monkeypatch.setattr("ingestion.prepare.extractor", lambda: impatient)
        synced(source)
        for _ in range(work.ATTEMPTS):
            process.drain()
            look(source, lambda: Document.objects.filter(source=source, state="pending").update(not_before=None))
    assert states(source) == {**dict.fromkeys(HANDBOOK, "ready"), "poison.md": "quarantined"}
    assert look(source, lambda: Document.objects.get(source=source, uri="poison.md").code) == "timeout"


@pytest.mark.filterwarnings("ignore:.*unclosed <socket:pytest.PytestUnraisableExceptionWarning")  # httpcore's, where nobody listens
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
def test_with_the_index_away_documents_wait_and_nothing_is_lost(source: Source, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    synced(source)
    with monkeypatch.context() as away:
        away.setattr(settings, "QDRANT_URL", f"unix://{tmp_path}/nobody.sock")
        away.setattr(index.client, "_clients", [])
        away.setattr(schema, "ensure", lambda: None)
        process.drain()
        index.client.get_client().close()
    gc.collect()
    assert set(states(source).values()) == {"pending"}
    assert not look(source, lambda: Document.objects.filter(source=source, attempt__gt=0).exists())
    look(source, lambda: Document.objects.filter(source=source).update(not_before=None))
    process.drain()
    assert set(states(source).values()) == {"ready"}


def test_a_document_of_too_many_chunks_answers_for_its_beginning_and_says_so(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.prepare.CHUNKS_OF_A_DOCUMENT", 20)
    monkeypatch.setattr(process, "CHUNKS_AT_ONCE", 8)
    source = folder_source(
        cast.tenant, write(tmp_path, {**HANDBOOK, "endless.txt": "The pump is checked every Monday by the crew. " * 800})
    )
    ingested(source)
    endless = look(source, lambda: Document.objects.get(source=source, uri="endless.txt"))
    assert (endless.state, endless.partial, endless.chunk_count) == ("ready", True, 20)
    assert points.count(document=endless.id) == 20
    assert not look(source, lambda: Document.objects.filter(source=source, partial=True).exclude(id=endless.id).exists())


def test_a_long_document_encoded_in_slices_has_the_vectors_that_it_has_encoded_whole(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = "".join(
        f"Pump {number} of hall {number % 7} is checked in week {number % 52} by the crew of the day. " for number in range(200)
    )
    synced(folder_source(cast.tenant, write(tmp_path, {"long.txt": lines})))
    batch = [one for one in prepare(work.claim()) if isinstance(one, Prepared)]
    whole = process._encode(batch)
    monkeypatch.setattr(process, "CHUNKS_AT_ONCE", 4)
    sliced = process._encode(batch)
    assert sliced.vectors.shape == whole.vectors.shape
    assert len(whole.vectors) > 2 * process.CHUNKS_AT_ONCE
    assert (sliced.vectors * whole.vectors).sum(axis=1).min() > 0.999


def test_what_a_dead_worker_left_half_written_is_seen_by_nobody_and_goes_away(cast: Cast, source: Source) -> None:
    synced(source)
    claims = [claim for claim in work.claim() if claim.source == source.id]
    half = process._encode([one for one in prepare(claims) if isinstance(one, Prepared)])
    points.upsert(process._points(half))
    assert not seen_by(cast.viewer(cast.owner))
    expire_leases(source)
    process.drain()
    for document in look(source, lambda: Document.objects.filter(source=source)):
        assert document.state == "ready"
        assert (
            points.count(document=document.id) == points.count(document=document.id, generation=document.generation) == document.chunk_count
        )


def test_a_document_of_which_the_index_lost_a_part_is_not_current_and_the_others_are(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced(source)
    leave = look(source, lambda: Document.objects.get(source=source, uri="leave.md"))
    real = points.upsert

    def forgetful(made: Iterable[points.Point]) -> None:
        real(point for point in made if point.document != leave.id)

    with monkeypatch.context() as faulty:
        faulty.setattr(points, "upsert", forgetful)
        process.drain()
    assert states(source) == {**dict.fromkeys(HANDBOOK, "ready"), "leave.md": "pending"}
    look(source, leave.refresh_from_db)
    assert (leave.generation, leave.attempt, leave.code) == (0, 1, "index_incomplete")

    look(source, lambda: Document.objects.filter(source=source).update(not_before=None))
    process.drain()
    look(source, leave.refresh_from_db)
    assert (leave.state, leave.code) == ("ready", "")
    assert points.count(document=leave.id) == leave.chunk_count


def test_a_document_without_its_bytes_says_so_and_the_next_sync_brings_them_back(source: Source) -> None:
    from documents import blobs

    synced(source)
    leave = look(source, lambda: Document.objects.get(source=source, uri="leave.md"))
    blobs.remove(leave.blob)
    process.drain()
    assert look(source, lambda: Document.objects.get(id=leave.id).code) == "content_missing"
    ingested(source)
    assert look(source, lambda: Document.objects.get(id=leave.id).state) == "ready"
