from uuid import UUID

import numpy as np
import pytest

from access import principals
from index import points
from tests.platform.index.cast import COLLEAGUES, chunks, direction, find, index, passage, viewer

pytestmark = pytest.mark.usefixtures("each_index")


def everyone(tenant: UUID) -> set[str]:
    return {principals.everyone(tenant)}


def publish_all(texts: list[str], tenant: UUID) -> None:
    for text in texts:
        index(passage(text, tenant), acl=everyone(tenant))


def test_the_nearest_comes_first_and_its_score_is_the_cosine(tenant: UUID) -> None:
    publish_all(["a holiday in spring", "an invoice"], tenant)
    first = find(viewer(tenant), "a holiday in spring")[0]
    assert first.dense == pytest.approx(1.0, abs=2e-3)


def test_both_scores_are_true_whichever_side_found_the_chunk(tenant: UUID) -> None:
    texts = [f"note {number} on " + ("harbour fees" if number < 6 else "other things") for number in range(40)]
    publish_all(texts, tenant)
    few, all_of_them = find(viewer(tenant), "harbour fees", limit=5), find(viewer(tenant), "harbour fees", limit=100)
    truth = {hit.chunk: (hit.dense, hit.sparse) for hit in all_of_them}
    assert len(all_of_them) == 40
    assert all(truth[hit.chunk] == pytest.approx((hit.dense, hit.sparse), abs=1e-4) for hit in few)
    assert sum(hit.sparse > 0 for hit in all_of_them) == 6


def test_hits_carry_their_document(tenant: UUID) -> None:
    point = index(passage("harbour fees", tenant), acl=everyone(tenant))
    assert [(hit.chunk, hit.document) for hit in find(viewer(tenant), "fees")] == [(point.id, point.document)]


def test_equal_scores_are_ordered_by_id(tenant: UUID) -> None:
    publish_all(["the same words"] * 8, tenant)
    found = chunks(find(viewer(tenant), "the same words"))
    assert found == sorted(found)
    assert len(found) == 8


def test_a_tie_at_the_cut_is_not_broken_by_what_the_viewer_cannot_see(tenant: UUID) -> None:
    publish_all(["rare harbour"] + ["common words"] * 6, tenant)
    before = chunks(find(viewer(tenant), "common words", limit=3))
    points.upsert([passage("common words", tenant) for _ in range(30)])
    assert chunks(find(viewer(tenant), "common words", limit=3)) == before


def test_a_question_of_stop_words_alone_is_searched_by_meaning(tenant: UUID) -> None:
    publish_all(["harbour fees"], tenant)
    assert [hit.sparse for hit in find(viewer(tenant), "what is it")] == [0.0]


def test_an_empty_index_has_no_candidates(tenant: UUID) -> None:
    assert find(viewer(tenant), "anything") == []


def test_vectors_may_be_numpy_rows(tenant: UUID) -> None:
    point = passage("harbour fees", tenant)
    row = np.asarray(direction("harbour fees"), dtype=np.float32)
    index(type(point)(**{**vars(point), "dense": row}), acl={COLLEAGUES})
    assert len(find(viewer(tenant, {COLLEAGUES}), "harbour")) == 1
