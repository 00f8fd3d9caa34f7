"""How well search does on judged questions: nDCG, recall and MRR by pytrec_eval, per document, whose best passage counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, quantiles
from uuid import UUID

import pytrec_eval

from access.viewer import Viewer
from retrieval.evaluation.judged import Judged
from retrieval.search import search

DEPTH = 100
"""How many documents recall@100 needs."""


@dataclass(frozen=True, slots=True)
class Scores:
    ndcg_at_10: float
    recall_at_100: float
    mrr_at_10: float
    p50_ms: float
    p95_ms: float


def measure(viewer: Viewer, judged: Sequence[Judged], names: Mapping[UUID, str]) -> Scores:
    """`names` says which document of the judgements each of our documents is."""
    latencies = [search(viewer, question.text).milliseconds["total"] for question in judged]
    ranked = {question.id: [names[id] for id in documents(viewer, question.text, DEPTH)] for question in judged}
    relevant = {question.id: question.relevant for question in judged}
    deep = _evaluated(relevant, ranked, {"ndcg_cut.10", "recall.100"})
    shallow = _evaluated(relevant, {id: found[:10] for id, found in ranked.items()}, {"recip_rank"})
    p50, p95 = _percentiles(latencies)
    return Scores(deep["ndcg_cut_10"], deep["recall_100"], shallow["recip_rank"], p50, p95)


def documents(viewer: Viewer, query: str, depth: int) -> list[UUID]:
    """Documents in the order of their best passages. Asks for more passages until there are enough documents, or no more passages."""
    limit = 2 * depth
    while True:
        passages = search(viewer, query, limit=limit).passages
        found = list(dict.fromkeys(passage.document_id for passage in passages))
        if len(found) >= depth or len(passages) < limit:
            return found[:depth]
        limit *= 2


def _evaluated(relevant: Mapping[str, dict[str, int]], ranked: Mapping[str, Sequence[str]], measures: set[str]) -> dict[str, float]:
    """The mean over all questions; one for which nothing was found counts 0."""
    run = {id: {name: float(len(found) - at) for at, name in enumerate(found)} for id, found in ranked.items()}
    each = pytrec_eval.RelevanceEvaluator(dict(relevant), measures).evaluate(run)
    keys = [measure.replace(".", "_") for measure in measures]
    return {key: fmean(each.get(id, {}).get(key, 0.0) for id in relevant) for key in keys}


def _percentiles(values: Sequence[float]) -> tuple[float, float]:
    if len(values) == 1:
        return values[0], values[0]
    cuts = quantiles(values, n=20, method="inclusive")
    return cuts[9], cuts[18]
