"""What each cited sentence of a model's answer leans on: of the passage it names, the quote that says it best."""

from collections.abc import Sequence
from dataclasses import dataclass

from documents.queries import Passage
from inference.embedder import get_embedder
from retrieval.citations import Citation, cite, cited_sentences, whole
from retrieval.quotes import Quote, quotes


@dataclass(frozen=True, slots=True)
class _Claim:
    sentence: str
    marker: int


def citations(answer: str, passages: Sequence[Passage]) -> tuple[Citation, ...]:
    """One for each marker, for the first sentence that carries it. Costs one call of the encoder."""
    claims: dict[int, _Claim] = {}
    for sentence, markers in cited_sentences(answer):
        for marker in markers:
            claims.setdefault(marker, _Claim(sentence, marker))
    known = [claim for claim in claims.values() if 1 <= claim.marker <= len(passages)]
    said = {claim.marker: quotes(passages[claim.marker - 1]) for claim in known}
    texts = [claim.sentence for claim in known] + [quote.text for claim in known for quote in said[claim.marker]]
    vectors = dict(zip(texts, get_embedder().encode(texts), strict=True))

    def closeness(claim: _Claim, quote: Quote) -> float:
        return float(vectors[claim.sentence] @ vectors[quote.text])

    found = []
    for claim in known:
        best = max(said[claim.marker], key=lambda quote: closeness(claim, quote), default=None)
        found.append(cite(claim.marker, best) if best else whole(claim.marker, passages[claim.marker - 1]))
    return tuple(sorted(found, key=lambda citation: citation.marker))
