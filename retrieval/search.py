"""Search: by meaning and by words, always for a Viewer, and read again from PostgreSQL before anybody sees a passage."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
SAME_PAGE = 0.03
"""What a passage loses for each better one of its page: who opens the page sees both, and another page may be the one that answers."""
SPREAD = 10
"""How many of the best are spread over pages; what comes after them stays in its order, whatever the limit."""


@dataclass(frozen=True, slots=True)
class Found:
    """The passages as they are shown, and how long each step took: embed, search, recheck, total."""

    passages: tuple[Passage, ...]
    """Best first, another page before the second passage of a page that is hardly better."""
    ranked: tuple[Passage, ...]
    """The same in the order of their scores, from which an answer is made."""
    milliseconds: dict[str, float]


def search(viewer: Viewer, query: str, *, limit: int = 10, narrow: Narrow | None = None) -> Found:
    """Raises IndexUnavailable where the index does not answer: that is never "nothing found"."""
    watch = _Watch()
    if not query.strip():
        return Found((), (), watch.milliseconds("embed", "search", "recheck"))
    dense, sparse = get_embedder().encode([query])[0], embed_query(query, viewer.language)
    watch.lap("embed")
    hits = candidates(viewer, dense=dense, sparse=sparse, limit=max(limit, CANDIDATES), narrow=narrow)
    scores = fused(hits)
    watch.lap("search")
    found = _readable(viewer, list(scores), max(limit, SPREAD))
    shown = spread(found, scores)[:limit]
    watch.lap("recheck")
    ranked = sorted(shown, key=lambda passage: (-scores[passage.chunk_id], passage.chunk_id))
    return Found(tuple(shown), tuple(ranked), watch.milliseconds())


def fused(hits: Sequence[Hit]) -> dict[UUID, float]:
    """The chunks, best first, each with its score: a weighted sum of cosine and of BM25 over its best; half of it is the chunk's own,
    half the best that its document's chunks reach on each side. Equal ones by id, so that nothing else decides."""
    dense, sparse = _best_of_document(hits, "dense"), _best_of_document(hits, "sparse")
    most = max(sparse.values(), default=0.0) or 1.0

    def score(hit: Hit) -> float:
        near, words = hit.dense + dense[hit.document], hit.sparse + sparse[hit.document]
        return (MEANING * near + (1 - MEANING) * words / most) / 2

    scores = {hit.chunk: score(hit) for hit in hits}
    return dict(sorted(scores.items(), key=lambda scored: (-scored[1], scored[0])))


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


def spread(found: Sequence[Passage], scores: Mapping[UUID, float]) -> list[Passage]:
    """Each passage taken makes the others of its page count less. What has no pages keeps its order."""
    left, shown = list(found[:SPREAD]), list[Passage]()
    taken: Counter[tuple[UUID, int | None]] = Counter()
    while left:
        best = max(left, key=lambda passage: scores[passage.chunk_id] - SAME_PAGE * taken[_page(passage)])
        left.remove(best)
        shown.append(best)
        taken[_page(best)] += best.page is not None
    return [*shown, *found[SPREAD:]]


def _page(passage: Passage) -> tuple[UUID, int | None]:
    return passage.document_id, passage.page


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
