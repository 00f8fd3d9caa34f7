"""Words as sparse vectors: BM25 with stemming and stop words, in the format of Qdrant's own server, and pairs of neighbouring words.

The weights hold term frequency and length; the rarity of a word is added by the index at query time, over what the viewer may
read. AVERAGE_LENGTH is a constant: an estimate would let documents that nobody may see shift everybody's scores.
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import qdrant_edge

AVERAGE_LENGTH = 110.0
SATURATION, LENGTH_SHARE = 1.2, 0.75  # BM25's k and b
PAIR = 0.3
"""What a pair of neighbours weighs in a question, against 1 for a word. docs/adr/0002-fusion.md."""

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class SparseVector:
    indices: tuple[int, ...]
    values: tuple[float, ...]


def embed_document(text: str, language: str) -> SparseVector:
    words = _encoder(language).embed_document(text)
    stems = _stems(text, language)
    length = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * len(stems) / AVERAGE_LENGTH)
    pairs = {pair: count * (SATURATION + 1) / (count + length) for pair, count in Counter(_pairs(stems)).items()}
    return _vector(pairs | dict(zip(words.indices, words.values, strict=True)))


def embed_query(text: str, language: str) -> SparseVector:
    """Each different word weighs 1. Empty where the text holds nothing but stop words and signs."""
    words = _encoder(language).embed_query(text)
    pairs = dict.fromkeys(_pairs(_stems(text, language)), PAIR)
    return _vector(pairs | dict(zip(words.indices, words.values, strict=True)))


def words(text: str, language: str) -> frozenset[int]:
    """The numbers of the different words, stemmed, stop words left out."""
    return frozenset(_encoder(language).embed_query(text).indices)


@cache
def _encoder(language: str) -> qdrant_edge.Bm25:
    """Raises ValueError for a language that the engine does not know."""
    config = qdrant_edge.Bm25Config(k=SATURATION, b=LENGTH_SHARE, avg_len=AVERAGE_LENGTH, language=language)
    return qdrant_edge.Bm25(config)


def _stems(text: str, language: str) -> list[int]:
    """The numbers of the words in their order, stop words left out."""
    stems = (_stem(word, language) for word in _WORD.findall(text))
    return [stem for stem in stems if stem is not None]


@lru_cache(maxsize=100_000)
def _stem(word: str, language: str) -> int | None:
    return next(iter(_encoder(language).embed_query(word).indices), None)


def _pairs(stems: list[int]) -> Iterator[int]:
    """Numbers in the space of the words' own, 32 bits: that a pair meets a word there is as likely as that two words do."""
    return ((left * 0x9E3779B1 + right) & 0xFFFFFFFF for left, right in itertools.pairwise(stems) if left != right)


def _vector(weights: dict[int, float]) -> SparseVector:
    return SparseVector(tuple(weights), tuple(weights.values()))
