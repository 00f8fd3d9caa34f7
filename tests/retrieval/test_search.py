"""Search under a viewer, on the real index and database: what each person finds, in which order, and what changes it."""

from dataclasses import replace
from pathlib import Path
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest

import index.search
from documents import actions as documents
from documents.models import Document
from index.errors import IndexUnavailable
from index.filters import Narrow
from index.search import Hit
from retrieval import search as module
from retrieval.search import fused, search, spread
from tests.factories.cast import Cast, make_cast
from tests.factories.folders import folder_source, ingested, write
from tests.factories.looking import look
from tests.retrieval.passages import passage

CRANES = {
    "north.md": "# North crane\n\nThe north crane carries twelve tonnes.\n",
    "south.md": "# South crane\n\nThe south crane carries forty tonnes and works at night.\n",
    "leave.md": "# Annual leave\n\nEveryone has 25 days of annual leave.\n",
}
QUERY = "How much does the south crane carry?"


pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_the_passage_that_answers_comes_first_with_its_place(cast: Cast, tmp_path: Path) -> None:
    ingested(folder_source(cast.tenant, write(tmp_path, CRANES)))

    found = search(cast.viewer(cast.teammate), QUERY)

    first = found.passages[0]
    assert (first.uri, first.title, first.heading, first.page) == ("south.md", "South crane", "South crane", None)
    assert "forty tonnes" in first.text
    assert set(found.milliseconds) == {"embed", "search", "recheck", "total"}


def test_teammate_outside_the_group_and_outsider_find_nothing_of_a_document_for_the_group(cast: Cast, tmp_path: Path) -> None:
    ingested(folder_source(cast.tenant, write(tmp_path, CRANES), "group:staff"))

    assert search(cast.viewer(cast.owner), QUERY).passages
    assert not search(cast.viewer(cast.teammate), QUERY).passages
    assert not search(cast.viewer(cast.outsider), QUERY).passages


def test_documents_that_the_viewer_cannot_see_change_neither_what_he_finds_nor_its_order(cast: Cast, tmp_path: Path) -> None:
    ingested(folder_source(cast.tenant, write(tmp_path / "open", CRANES)))
    before = search(cast.viewer(cast.teammate), QUERY).passages
    hidden = {f"secret-{number}.md": f"# South crane {number}\n\nThe south crane carries {number} tonnes.\n" for number in range(30)}

    ingested(folder_source(cast.tenant, write(tmp_path / "closed", hidden), "group:staff", name="Closed"))
    ingested(folder_source(cast.elsewhere, write(tmp_path / "other", hidden), name="Other"))

    assert search(cast.viewer(cast.teammate), QUERY).passages == before
    assert search(cast.viewer(cast.owner), QUERY).passages != before


def test_a_removed_document_is_not_found_although_the_index_still_holds_it(cast: Cast, tmp_path: Path) -> None:
    ingested(folder_source(cast.tenant, write(tmp_path, CRANES)))
    south = look(cast.tenant, lambda: Document.objects.get(tenant=cast.tenant, uri="south.md"))

    documents.remove(documents=[south.id], tenant=cast.tenant.id, reason="test")

    found = search(cast.viewer(cast.owner), QUERY, limit=2).passages
    assert len(found) == 2, "the next ones take its place"
    assert "south.md" not in [passage.uri for passage in found]


def test_the_recheck_alone_lets_nothing_through(cast: Cast, tmp_path: Path) -> None:
    ingested(folder_source(cast.tenant, write(tmp_path, CRANES), "group:staff"))
    of_the_owner, candidates = cast.viewer(cast.owner), index.search.candidates

    with patch.object(module, "candidates", lambda viewer, **query: candidates(of_the_owner, **query)):
        assert not search(cast.viewer(cast.teammate), QUERY).passages
        assert not search(cast.viewer(cast.outsider), QUERY).passages


def test_a_source_only_narrows(cast: Cast, tmp_path: Path) -> None:
    cranes = folder_source(cast.tenant, write(tmp_path / "a", CRANES), "group:staff")
    ingested(cranes)
    ingested(folder_source(cast.tenant, write(tmp_path / "b", {"b.md": "The south crane is blue.\n"}), name="B"))
    narrow = Narrow(sources=frozenset({cranes.id}))

    assert {passage.source_id for passage in search(cast.viewer(cast.owner), QUERY, narrow=narrow).passages} == {cranes.id}
    assert not search(cast.viewer(cast.teammate), QUERY, narrow=narrow).passages


@pytest.mark.parametrize("query", ["", " \n", "the of and", "?!", "🙂"])
def test_a_query_without_words_is_no_error(cast: Cast, tmp_path: Path, query: str) -> None:
    ingested(folder_source(cast.tenant, write(tmp_path, CRANES)))

    assert set(search(cast.viewer(cast.owner), query).milliseconds) == {"embed", "search", "recheck", "total"}


def test_an_index_that_does_not_answer_is_never_nothing_found(cast: Cast) -> None:
    def away(*_: object, **__: object) -> list[Hit]:
        raise IndexUnavailable("The index does not answer.")

    with patch.object(module, "candidates", away), pytest.raises(IndexUnavailable):
        search(cast.viewer(cast.owner), QUERY)


def hit(number: int, document: UUID, dense: float, sparse: float) -> Hit:
    return Hit(UUID(int=number), document, dense, sparse)


def test_words_and_meaning_are_weighed_and_equal_ones_stand_by_id() -> None:
    hits = [hit(number, uuid4(), *scores) for number, scores in enumerate([(0.5, 0.0), (0.5, 8.0), (0.9, 0.0), (0.5, 8.0)])]

    assert [chunk.int for chunk in fused(hits)] == [1, 3, 2, 0]
    assert list(fused(list(reversed(hits)))) == list(fused(hits))
    assert fused([]) == {}


def test_a_passage_gains_from_a_strong_passage_of_its_own_document() -> None:
    alone, together = uuid4(), uuid4()
    hits = [hit(1, alone, 0.6, 2.0), hit(2, together, 0.6, 2.0), hit(3, together, 0.8, 4.0)]

    assert [chunk.int for chunk in fused(hits)] == [3, 2, 1]


def test_another_page_comes_before_a_pages_second_passage_that_is_hardly_better() -> None:
    one, two, three = (replace(passage(text), page=1) for text in ("First.", "Second.", "Third."))
    other = replace(passage("Elsewhere."), page=2)
    scores = {one.chunk_id: 0.70, two.chunk_id: 0.69, other.chunk_id: 0.67, three.chunk_id: 0.50}

    assert spread([one, two, other, three], scores) == [one, other, two, three]
    assert spread([one, two, other, three], scores | {two.chunk_id: 0.74, one.chunk_id: 0.75}) == [one, two, other, three]


def test_where_there_are_no_pages_and_after_the_first_ten_the_order_stays() -> None:
    unpaged = [passage(str(number)) for number in range(10)]
    paged = [replace(passage(str(number)), page=1) for number in range(12)]

    assert spread(unpaged, {each.chunk_id: 1 - at / 100 for at, each in enumerate(unpaged)}) == unpaged
    assert spread(paged, {each.chunk_id: 1 - at / 100 for at, each in enumerate(paged)}) == paged


def test_an_answer_is_made_from_the_same_passages_in_the_order_of_their_scores(cast: Cast, tmp_path: Path) -> None:
    ingested(folder_source(cast.tenant, write(tmp_path, CRANES)))

    found = search(cast.viewer(cast.owner), QUERY)

    assert found.ranked == found.passages != (), "nothing here has pages"
