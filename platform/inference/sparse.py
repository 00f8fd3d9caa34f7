"""Words as sparse vectors: BM25 with stemming and stop words, in the format of Qdrant's own server.

The weights hold term frequency and length; the rarity of a word is added by the index at query time, over what the viewer may
read. AVERAGE_LENGTH is a constant: an estimate would let documents that nobody may see shift everybody's scores.
"""

from dataclasses import dataclass
from functools import cache

import qdrant_edge

AVERAGE_LENGTH = 110.0


@dataclass(frozen=True)
class SparseVector:
    indices: tuple[int, ...]
    values: tuple[float, ...]


def embed_document(text: str, language: str) -> SparseVector:
    return _vector(_encoder(language).embed_document(text))


def embed_query(text: str, language: str) -> SparseVector:
    """Each different word weighs 1. Empty where the text holds nothing but stop words and signs."""
    return _vector(_encoder(language).embed_query(text))


@cache
def _encoder(language: str) -> qdrant_edge.Bm25:
    """Raises ValueError for a language that the engine does not know."""
    return qdrant_edge.Bm25(qdrant_edge.Bm25Config(avg_len=AVERAGE_LENGTH, language=language))


def _vector(vector: qdrant_edge.SparseVector) -> SparseVector:
    return SparseVector(tuple(vector.indices), tuple(vector.values))
