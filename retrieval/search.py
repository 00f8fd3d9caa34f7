"""Search: by meaning and by words, always for a Viewer, and read again from PostgreSQL before anybody sees a passage."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from access.viewer import Viewer
from documents.queries import Passage, passages
from index.filters import Narrow
from index.search import Hit, candidates
from inference.embedder import get_embedder
from inference.sparse import embed_query

CANDIDATES = 100
"""How many each side, meaning and words, brings at least."""
MEANING = 0.6
"""The share of meaning in a passage's score; the rest is words. docs/adr/0002-fusion.md."""


@dataclass(frozen=True, slots=True)
class Found:
    """The passages, best first, and how long each step took: embed, search, recheck, total."""

    passages: tuple[Passage, ...]
    milliseconds: dict[str, float]


def search(viewer: Viewer, query: str, *, limit: int = 10, narrow: Narrow | None = None) -> Found:
    """Raises IndexUnavailable where the index does not answer: that is never "nothing found"."""
    watch = _Watch()
    if not query.strip():
        return Found((), watch.milliseconds("embed", "search", "recheck"))
    dense, sparse = get_embedder().encode([query])[0], embed_query(query, viewer.language)
    watch.lap("embed")
    hits = candidates(viewer, dense=dense, sparse=sparse, limit=max(limit, CANDIDATES), narrow=narrow)
    ranked = fused(hits)
    watch.lap("search")
    found = _readable(viewer, ranked, limit)
    watch.lap("recheck")
    return Found(tuple(found), watch.milliseconds())


def fused(hits: Sequence[Hit]) -> list[UUID]:
    """The chunks by a weighted sum of cosine and of BM25 over its best; half of it is the chunk's own, half the best that its
    document's chunks reach on each side. Equal ones by id, so that nothing else decides."""
    dense, sparse = _best_of_document(hits, "dense"), _best_of_document(hits, "sparse")
    most = max(sparse.values(), default=0.0) or 1.0

    def score(hit: Hit) -> float:
        near, words = hit.dense + dense[hit.document], hit.sparse + sparse[hit.document]
        return (MEANING * near + (1 - MEANING) * words / most) / 2

    scores = {hit.chunk: score(hit) for hit in hits}
    return sorted(scores, key=lambda chunk: (-scores[chunk], chunk))


def _best_of_document(hits: Iterable[Hit], side: Literal["dense", "sparse"]) -> dict[UUID, float]:
    best: dict[UUID, float] = {}
    for hit in hits:
        score: float = getattr(hit, side)
        best[hit.document] = max(score, best.get(hit.document, score))
    return best


def _readable(viewer: Viewer, ranked: Sequence[UUID], limit: int) -> list[Passage]:
    """The first `limit` that the viewer may read now. One query, and another only where some were not his any more."""
    found: list[Passage] = []
    for batch in _batches(ranked, limit):
        found += passages(viewer, batch)
        if len(found) >= limit:
            break
    return found[:limit]


def _batches(ranked: Sequence[UUID], size: int) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ranked), size):
        yield ranked[start : start + size]


class _Watch:
    def __init__(self) -> None:
        self._began = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self._laps[step] = now - self._last
        self._last = now

    def milliseconds(self, *unused: str) -> dict[str, float]:
        total = {"total": self._last - self._began}
        return {step: round(1000 * seconds, 2) for step, seconds in (dict.fromkeys(unused, 0.0) | self._laps | total).items()}
