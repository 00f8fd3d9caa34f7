"""Reads passages for a question: which of their quotes say most to it, and how much."""

import re
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
ENCODED = 9
"""How many quotes are compared by meaning; words choose them. Each costs a millisecond or two."""
FIRST = 0.3
"""What the first passage's quotes are ahead by, when words choose."""
READ = 200
"""Characters of a quote that are compared by meaning."""
USUAL = 0.5
"""Kinship and nearness where fewer than two passages are known."""

_CODE = re.compile(r"\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\b(?<!\dst)(?<!\dnd)(?<!\drd)(?<!\dth)")


@dataclass(frozen=True, slots=True)
class Question:
    """`text` is what was asked last, `query` what was searched: the same, or together with what it leans on."""

    text: str
    query: str
    language: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """`meaning` is the cosine to the question, and `subject` to all that was searched, which a follow-up leans on; `words` is the share
    of the question's words, rare ones counting more."""

    quote: Quote
    rank: int
    words: float
    meaning: float
    subject: float
    vector: NDArray[np.float32]

    @property
    def score(self) -> float:
        return 0.6 * self.meaning + 0.3 * self.words + 0.1 / (1 + self.rank)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the passages say to a question."""

    candidates: tuple[Candidate, ...]
    """Their best quotes, best first."""
    has_codes: bool | None
    """Whether one quote holds all codes that the question names, such as SK-4417; None where it names none."""
    kinship: float
    """The mean cosine of the passages among themselves: near 1 where all speak of one subject."""
    nearness: float
    """The mean cosine of the passages to what was searched: high where a question is about all of them and so about none."""


def read(question: Question, passages: Sequence[Passage], vectors: Sequence[NDArray[np.float32]] = ()) -> Reading:
    """Costs one call of the encoder. `vectors`: the passages' own, in any order."""
    pairs = [(rank, quote) for rank, passage in enumerate(passages[:PASSAGES]) for quote in quotes(passage)]
    texts = [words(_in_place(quote), question.language) for _, quote in pairs]
    weights = Weights(meaning(question.text, question.language), texts)
    shares = [weights.share(text) for text in texts]
    chosen = sorted(range(len(pairs)), key=lambda index: (-shares[index] - FIRST / (1 + pairs[index][0]), index))[:ENCODED]
    encoded = get_embedder().encode([*dict.fromkeys([question.query, question.text]), *(_compared(pairs[index][1]) for index in chosen)])
    asked, compared = encoded[: len(encoded) - len(chosen)], encoded[len(encoded) - len(chosen) :]
    meanings, subjects = compared @ _mean(asked), compared @ asked[0]
    found = [
        Candidate(pairs[index][1], pairs[index][0], shares[index], float(meanings[at]), float(subjects[at]), compared[at])
        for at, index in enumerate(chosen)
    ]
    found.sort(key=lambda candidate: (-candidate.score, candidate.quote.start))
    return Reading(tuple(found), _has_codes(question.text, pairs), kinship(vectors), nearness(asked[0], vectors))


def _mean(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of length 1."""
    total: NDArray[np.float32] = vectors.sum(axis=0)
    return total / np.linalg.norm(total)


def kinship(vectors: Sequence[NDArray[np.float32]]) -> float:
    if len(vectors) < 2:
        return USUAL
    count, total = len(vectors), np.sum(vectors, axis=0)
    return float((total @ total - count) / (count * count - count))


def nearness(asked: NDArray[np.float32], vectors: Sequence[NDArray[np.float32]]) -> float:
    return float(np.mean([vector @ asked for vector in vectors])) if len(vectors) >= 2 else USUAL


def _has_codes(question: str, pairs: Sequence[tuple[int, Quote]]) -> bool | None:
    codes = {code.lower() for code in _CODE.findall(question)}
    return any(all(code in _in_place(quote).lower() for code in codes) for _, quote in pairs) if codes else None


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
