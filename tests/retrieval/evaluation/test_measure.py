"""Figures over judged questions, through the same search as everything else."""

from pathlib import Path

import pytest

from documents.models import Document
from retrieval.evaluation.judged import Judged
from retrieval.evaluation.measure import documents, measure
from tests.factories.cast import make_cast
from tests.factories.folders import folder_source, ingested, write
from tests.factories.looking import look

pytestmark = pytest.mark.django_db

FILES = {
    "north.txt": "The north crane carries twelve tonnes.",
    "south.txt": "The south crane carries forty tonnes. " + "It is oiled on Mondays by the crew of the day shift. " * 60,
    "leave.txt": "Everyone has 25 days of annual leave.",
}


def test_the_right_document_first_is_perfect_and_a_missing_one_counts_nothing(tmp_path: Path) -> None:
    cast = make_cast()
    ingested(folder_source(cast.tenant, write(tmp_path, FILES)))
    names = dict(look(cast.tenant, lambda: Document.objects.filter(tenant=cast.tenant).values_list("id", "uri")))
    right = Judged("1", "How many days of annual leave?", {"leave.txt": 1})
    absent = Judged("2", "Where is the canteen?", {"canteen.txt": 1})

    alone = measure(cast.viewer(cast.owner), [right], names)
    both = measure(cast.viewer(cast.owner), [right, absent], names)

    assert (alone.ndcg_at_10, alone.recall_at_100, alone.mrr_at_10) == (1, 1, 1)
    assert (both.ndcg_at_10, both.recall_at_100, both.mrr_at_10) == (0.5, 0.5, 0.5)
    assert both.p95_ms >= both.p50_ms > 0


def test_passages_of_one_long_document_do_not_crowd_the_others_out(tmp_path: Path) -> None:
    cast = make_cast()
    ingested(folder_source(cast.tenant, write(tmp_path, FILES)))

    found = documents(cast.viewer(cast.owner), "When is the crane oiled by the crew?", 1)
    everything = documents(cast.viewer(cast.owner), "When is the crane oiled by the crew?", 3)

    assert look(cast.tenant, lambda: Document.objects.get(id=found[0]).uri) == "south.txt"
    assert len(everything) == len(set(everything)) == 3


def test_who_may_read_nothing_scores_nothing(tmp_path: Path) -> None:
    cast = make_cast()
    ingested(folder_source(cast.tenant, write(tmp_path, FILES), "group:staff"))

    scores = measure(cast.viewer(cast.teammate), [Judged("1", "annual leave", {"leave.txt": 1})], {})

    assert (scores.ndcg_at_10, scores.recall_at_100) == (0, 0)
