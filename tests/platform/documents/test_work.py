"""The state column as a work list: who holds a document, and what happens when he dies."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from documents import actions, work
from documents.models import Document
from documents.work import Claim
from sources.models import Source
from tests.factories.cast import make_cast
from tests.factories.folders import expire_leases, folder_source
from tests.factories.looking import look

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return folder_source(make_cast().tenant, tmp_path)


def save(source: Source, sizes: Mapping[str, int]) -> None:
    actions.save(source=source, incoming=[incoming(uri, size) for uri, size in sizes.items()])


def incoming(uri: str, size: int = 10) -> actions.Incoming:
    return actions.Incoming(uri=uri, title=uri, media_type="", blob="0" * 32, sha256="", size=size, modified=None)


def claim(source: Source) -> list[Claim]:
    """Beside what other tests may have left to do."""
    return [one for one in work.claim(documents=1_000) if one.source == source.id]


def made(one: Claim) -> work.Made:
    return work.Made(claim=one, title="Title", dated=None, paged=False, partial=False, pages=(), chunks=())


def test_a_claimed_document_is_nobody_elses(source: Source) -> None:
    save(source, {"a.md": 1, "b.md": 1})
    assert len(claim(source)) == 2
    assert not claim(source)


def test_a_claim_takes_no_more_than_its_share_of_bytes_but_always_one(source: Source) -> None:
    save(source, {"huge.md": 10**9, "next.md": 1})
    assert [one.uri for one in claim(source)] == ["huge.md"]
    assert [one.uri for one in claim(source)] == ["next.md"]


def test_a_worker_that_comes_back_too_late_writes_nothing(source: Source) -> None:
    save(source, {"a.md": 1})
    [late] = claim(source)
    expire_leases(source)
    [other] = claim(source)
    assert other.fence > late.fence
    assert work.complete([made(late)]) == []
    assert work.complete([made(other)]) == [other]
    assert look(source, lambda: Document.objects.get(source=source).generation) == other.fence


def test_new_bytes_overtake_the_worker_that_reads_the_old_ones(source: Source) -> None:
    save(source, {"a.md": 1})
    [old] = claim(source)
    save(source, {"a.md": 2})
    assert work.complete([made(old)]) == []
    assert look(source, lambda: Document.objects.get(source=source).state) == "pending"


def test_what_killed_a_worker_is_tried_alone_and_three_times_at_most(source: Source) -> None:
    save(source, {"poison.md": 1, "innocent.md": 1})
    assert len(claim(source)) == 2
    expire_leases(source)
    handled = []
    while claims := claim(source):
        [alone] = claims
        handled.append(alone.uri)
        if alone.uri == "innocent.md":
            work.complete([made(alone)])
        expire_leases(source)
    assert handled == ["poison.md", "innocent.md", "poison.md"]
    work.quarantine_exhausted()
    assert set(look(source, lambda: Document.objects.filter(source=source).values_list("uri", "state", "code"))) == {
        ("poison.md", "quarantined", "worker_died"),
        ("innocent.md", "ready", ""),
    }


def test_a_store_that_is_away_costs_no_attempt(source: Source) -> None:
    save(source, {"a.md": 1})
    for _ in range(5):
        work.give_back(claim(source), after=timedelta(0), counts=False)
    document = look(source, lambda: Document.objects.get(source=source))
    assert (document.state, document.attempt) == ("pending", 0)


def test_the_third_attempt_that_counts_is_the_last(source: Source) -> None:
    save(source, {"a.md": 1})
    for _ in range(3):
        work.give_back(claim(source), after=timedelta(0), counts=True, code="timeout", message="Too slow.")
    document = look(source, lambda: Document.objects.get(source=source))
    assert (document.state, document.code, document.message) == ("quarantined", "timeout", "Too slow.")


def test_a_removed_document_is_not_finished_and_its_address_is_free(source: Source) -> None:
    save(source, {"a.md": 1})
    [one] = claim(source)
    actions.remove(documents=[one.document], tenant=source.tenant_id, reason="a test")
    assert work.complete([made(one)]) == []
    save(source, {"a.md": 1})
    assert look(source, lambda: Document.objects.filter(source=source, uri="a.md").count()) == 2
