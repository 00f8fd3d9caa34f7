"""Candidates for a question: the nearest passages and those that share its words, among what the viewer may read."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from qdrant_client import models

from access.viewer import Viewer
from index.client import collection, get_client, translated
from index.filters import Narrow, readable_by
from index.schema import DENSE, SPARSE
from inference.embedder import DIMENSIONS
from inference.sparse import SparseVector

DIGITS = 6  # what follows is the order of additions, which must not order the hits


@dataclass(frozen=True)
class Hit:
    """`dense` is the cosine; `sparse` the BM25 score, with the rarity of words taken over what the viewer may read. Both are the
    chunk's true scores whichever side found it: a sparse score of 0.0 says that no word is shared."""

    chunk: UUID
    document: UUID
    dense: float
    sparse: float


@dataclass(frozen=True)
class _Leg:
    """One side of the search. Its scores are kept by the point's id as the index spells it."""

    using: str
    query: list[float] | models.SparseVector
    readable: models.Filter

    def request(self, *, limit: int, among: Sequence[str] | None = None) -> models.QueryRequest:
        chosen = self.readable if among is None else models.Filter(must=[self.readable, models.HasIdCondition(has_id=list(among))])
        return models.QueryRequest(
            query=models.NearestQuery(nearest=self.query),
            using=self.using,
            filter=chosen,
            params=self._rarity_among_readable() if self.using == SPARSE else None,
            limit=limit,
            with_payload=["document"],
        )

    def _rarity_among_readable(self) -> models.SearchParams:
        """Otherwise a document that the viewer cannot see would make its words less rare, and so move his hits."""
        return models.SearchParams(idf=models.IdfCorpusParams(corpus=self.readable))


_Scores = dict[str, float]


def candidates(
    viewer: Viewer, *, dense: Sequence[float], sparse: SparseVector, limit: int = 100, narrow: Narrow | None = None
) -> list[Hit]:
    """The best `limit` of each side together: highest cosine first, equal ones by id."""
    readable = readable_by(viewer, narrow)
    near = _Leg(DENSE, [float(value) for value in dense], readable)
    words = _Leg(SPARSE, models.SparseVector(indices=list(sparse.indices), values=list(sparse.values)), readable)
    documents: dict[str, UUID] = {}
    answers = _ask([leg.request(limit=limit + 1) for leg in (near, words)], documents)
    found = [_settled(leg, scores, limit, documents) for leg, scores in zip((near, words), answers, strict=True)]
    cosines, overlaps = _completed((near, words), found, documents)
    hits = [Hit(UUID(id), documents[id], score, overlaps.get(id, 0.0)) for id, score in cosines.items()]
    return sorted(hits, key=lambda hit: (-hit.dense, hit.chunk))


def vectors(viewer: Viewer, chunks: Sequence[UUID]) -> list[NDArray[np.float32]]:
    """The vectors of those of the chunks that the viewer may read, in no order."""
    if not chunks:
        return []
    anything = models.NearestQuery(nearest=[1.0] + [0.0] * (DIMENSIONS - 1))
    among = models.Filter(must=[readable_by(viewer), models.HasIdCondition(has_id=[str(chunk) for chunk in chunks])])
    request = models.QueryRequest(query=anything, using=DENSE, filter=among, limit=len(chunks), with_vector=[DENSE])
    with translated():
        [answer] = get_client().query_batch_points(collection(), requests=[request])
    return [np.asarray(point.vector[DENSE], dtype=np.float32) for point in answer.points if isinstance(point.vector, dict)]


def _settled(leg: _Leg, scores: _Scores, limit: int, documents: dict[str, UUID]) -> _Scores:
    """The best `limit`, without those that share the score of the last one returned, unless nothing was cut off: which of them the
    index returns may depend on documents that the viewer cannot see. Where all are equal, it is asked for more."""
    asked = limit
    while len(scores) > asked and len(set(scores.values())) == 1:
        asked *= 8
        [scores] = _ask([leg.request(limit=asked + 1)], documents)
    cut = min(scores.values()) if len(scores) > asked else float("-inf")
    certain = sorted((-score, id) for id, score in scores.items() if score > cut)
    return {id: -score for score, id in certain[:limit]}


def _completed(legs: tuple[_Leg, _Leg], found: list[_Scores], documents: dict[str, UUID]) -> list[_Scores]:
    """Asks each leg for the scores of what only the other one found."""
    missing = [sorted(other.keys() - own.keys()) for own, other in zip(found, reversed(found), strict=True)]
    asked = [index for index, ids in enumerate(missing) if ids]
    requests = [legs[index].request(limit=len(missing[index]), among=missing[index]) for index in asked]
    for index, scores in zip(asked, _ask(requests, documents), strict=True):
        found[index] = found[index] | scores
    return found


def _ask(requests: list[models.QueryRequest], documents: dict[str, UUID]) -> list[_Scores]:
    """One round trip. Notes the document of each point in `documents`."""
    if not requests:
        return []
    with translated():
        answers = get_client().query_batch_points(collection(), requests=requests)
    for answer in answers:
        documents.update((str(point.id), UUID((point.payload or {})["document"])) for point in answer.points)
    return [{str(point.id): round(point.score, DIGITS) for point in answer.points} for answer in answers]
