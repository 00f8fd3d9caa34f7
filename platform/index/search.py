"""Candidates for a question: the nearest passages and those that share its words, among what the viewer may read."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from access.viewer import Viewer
from index.filters import Narrow, readable_by
from index.querying import Query, dense_query, plain, query_batch, sparse_query
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
    query: Query
    readable: Query
    """A filter: what the viewer may read."""

    def best(self, limit: int) -> Query:
        return self._asking(limit) | {"filter": self.readable, "with_payload": ["document"]}

    def among(self, ids: Sequence[str]) -> Query:
        """Of points whose document is known by now: to fetch it again would take as long as to score them."""
        return self._asking(len(ids)) | {"filter": {"must": [self.readable, {"has_id": ids}]}}

    def _asking(self, limit: int) -> Query:
        return {"query": self.query, "using": self.using, "params": self._rarity_among_readable(), "limit": limit}

    def _rarity_among_readable(self) -> Query | None:
        """Otherwise a document that the viewer cannot see would make its words less rare, and so move his hits."""
        return {"idf": {"corpus": self.readable}} if self.using == SPARSE else None


_Scores = dict[str, float]


def candidates(
    viewer: Viewer, *, dense: Sequence[float], sparse: SparseVector, limit: int = 100, narrow: Narrow | None = None
) -> list[Hit]:
    """The best `limit` of each side together: highest cosine first, equal ones by id."""
    readable = plain(readable_by(viewer, narrow))
    near, words = _Leg(DENSE, dense_query(dense), readable), _Leg(SPARSE, sparse_query(sparse), readable)
    documents: dict[str, UUID] = {}
    answers = _ask([leg.best(limit + 1) for leg in (near, words)], documents)
    found = [_settled(leg, scores, limit, documents) for leg, scores in zip((near, words), answers, strict=True)]
    cosines, overlaps = _completed((near, words), found, documents)
    hits = [Hit(UUID(id), documents[id], score, overlaps.get(id, 0.0)) for id, score in cosines.items()]
    return sorted(hits, key=lambda hit: (-hit.dense, hit.chunk))


def vectors(viewer: Viewer, chunks: Sequence[UUID]) -> list[NDArray[np.float32]]:
    """The vectors of those of the chunks that the viewer may read, in no order."""
    if not chunks:
        return []
    anything = dense_query([1.0] + [0.0] * (DIMENSIONS - 1))
    among = {"must": [plain(readable_by(viewer)), {"has_id": [str(chunk) for chunk in chunks]}]}
    [points] = query_batch([{"query": anything, "using": DENSE, "filter": among, "limit": len(chunks), "with_vector": [DENSE]}])
    return [np.asarray(point["vector"][DENSE], dtype=np.float32) for point in points]


def _settled(leg: _Leg, scores: _Scores, limit: int, documents: dict[str, UUID]) -> _Scores:
    """The best `limit`, without those that share the score of the last one returned, unless nothing was cut off: which of them the
    index returns may depend on documents that the viewer cannot see. Where all are equal, it is asked for more."""
    asked = limit
    while len(scores) > asked and len(set(scores.values())) == 1:
        asked *= 8
        [scores] = _ask([leg.best(asked + 1)], documents)
    cut = min(scores.values()) if len(scores) > asked else float("-inf")
    certain = sorted((-score, id) for id, score in scores.items() if score > cut)
    return {id: -score for score, id in certain[:limit]}


def _completed(legs: tuple[_Leg, _Leg], found: list[_Scores], documents: dict[str, UUID]) -> list[_Scores]:
    """Asks each leg for the scores of what only the other one found."""
    missing = [sorted(other.keys() - own.keys()) for own, other in zip(found, reversed(found), strict=True)]
    asked = [index for index, ids in enumerate(missing) if ids]
    queries = [legs[index].among(missing[index]) for index in asked]
    for index, scores in zip(asked, _ask(queries, documents), strict=True):
        found[index] = found[index] | scores
    return found


def _ask(queries: list[Query], documents: dict[str, UUID]) -> list[_Scores]:
    """One round trip. Notes the document of each point in `documents`, where it is asked for."""
    if not queries:
        return []
    answers = query_batch(queries)
    known: dict[str, UUID] = {}
    for point in chain.from_iterable(answers):
        if point.get("payload"):
            document = point["payload"]["document"]
            documents[point["id"]] = known.get(document) or known.setdefault(document, UUID(document))
    return [{point["id"]: round(point["score"], DIGITS) for point in points} for points in answers]
