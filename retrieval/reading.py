"""Reads passages for a question: which of their quotes say most to it, and how much."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from documents.queries import Passage
from inference.embedder import get_embedder
from inference.sparse import words
from retrieval.quotes import Quote, quotes
from retrieval.words import Weights, meaning

PASSAGES = 8
"""How many passages are read, best first."""
ENCODED = 14
"""How many quotes are compared by meaning; words choose them. Each costs a millisecond or two."""
READ = 320
"""Characters of a quote that are compared by meaning."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """`meaning` is the cosine to the question, `words` the share of the question's words, rare ones counting more."""

    quote: Quote
    rank: int
    words: float
    meaning: float
    vector: NDArray[np.float32]

    @property
    def score(self) -> float:
        return 0.6 * self.meaning + 0.3 * self.words + 0.1 / (1 + self.rank)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the passages say to a question: their best quotes, best first, and how well they cover it as a whole."""

    candidates: tuple[Candidate, ...]
    coverage: float
    """The share of the question's words that the best single passage holds."""


def read(question: str, passages: Sequence[Passage], language: str) -> Reading:
    """Costs one call of the encoder."""
    passages = passages[:PASSAGES]
    asked = meaning(question, language)
    pairs = [(rank, quote) for rank, passage in enumerate(passages) for quote in quotes(passage)]
    texts = [words(_in_place(quote), language) for _, quote in pairs]
    wholes = [words(f"{passage.title}\n{passage.heading}\n{passage.text}", language) for passage in passages]
    weights = Weights(asked, texts)
    shares = [weights.share(text) for text in texts]
    chosen = sorted(range(len(pairs)), key=lambda index: (-shares[index] - 0.3 / (1 + pairs[index][0]), index))[:ENCODED]
    vectors = get_embedder().encode([question, *(_compared(pairs[index][1]) for index in chosen)])
    near = vectors[1:] @ vectors[0]
    found = [
        Candidate(pairs[index][1], pairs[index][0], shares[index], float(near[at]), vectors[1 + at]) for at, index in enumerate(chosen)
    ]
    found.sort(key=lambda candidate: (-candidate.score, candidate.quote.start))
    return Reading(tuple(found), max((weights.share(whole) for whole in wholes), default=0.0))


def _in_place(quote: Quote) -> str:
    """The quote with what stands above it: a row or an item is often about what its heading names."""
    return f"{quote.passage.title}\n{quote.passage.heading}\n{quote.table_header}\n{quote.text}"


def _compared(quote: Quote) -> str:
    if quote.table_header:
        return f"{quote.passage.title}: {labelled(quote)}"[:READ]
    return " ".join(quote.text.split())[:READ]


def labelled(quote: Quote) -> str:
    """A table's row with each cell after its column's name."""
    names = [cell.strip() for cell in quote.table_header.splitlines()[-1].split("|")]
    cells = [cell.strip() for cell in quote.text.split("|")]
    if len(names) != len(cells):
        return f"{quote.table_header} {quote.text}"
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in zip(names, cells, strict=True) if cell)
