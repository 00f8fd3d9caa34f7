"""The answer without a model: the sentences, list items and table rows that answer best, to the letter, each with its place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from access.viewer import Viewer
from documents.queries import Passage
from index.search import vectors as passage_vectors
from retrieval.citations import Citation, cite, not_a_marker, whole
from retrieval.confidence import answers
from retrieval.events import ABSTAINED, ABSTENTION, EXTRACTIVE
from retrieval.reading import PASSAGES, Candidate, Question, Reading, read

MOST = 5
USUAL = 2
"""After so many, only one that is nearly as good as the best is added."""
GOOD, NEARLY = 0.85, 0.95
"""Of the best score."""
SAME, ALIKE = 0.9, 0.6
"""Cosine from which two quotes say the same; and from which they speak of the same."""
CLOSEST = 3


@dataclass(frozen=True, slots=True)
class Extract:
    mode: str
    paragraphs: tuple[str, ...]
    citations: tuple[Citation, ...] = ()
    closest: tuple[Citation, ...] = ()


def answer(viewer: Viewer, question: Question, passages: Sequence[Passage]) -> Extract:
    vectors = passage_vectors(viewer, [passage.chunk_id for passage in passages[:PASSAGES]])
    reading = read(question, passages, vectors)
    if not answers(reading):
        return Extract(ABSTAINED, (ABSTENTION,), closest=closest(passages))
    chosen = best(reading)
    citations = tuple(cite(marker, candidate.quote) for marker, candidate in enumerate(chosen, 1))
    paragraphs = tuple(_paragraph(citation, older=_follows_newer(at, chosen)) for at, citation in enumerate(citations))
    return Extract(EXTRACTIVE, paragraphs, citations)


def closest(passages: Sequence[Passage]) -> tuple[Citation, ...]:
    """What comes with an abstention, apart from it."""
    return tuple(whole(marker, passage) for marker, passage in enumerate(passages[:CLOSEST], 1))


def best(reading: Reading) -> list[Candidate]:
    """One to five, no two that say the same, a newer document before an older one that speaks of the same."""
    kept: list[Candidate] = []
    for candidate in _good(reading.candidates):
        if len(kept) == MOST or (len(kept) >= USUAL and candidate.score < NEARLY * kept[0].score):
            break
        if not any(_repeats(candidate, other) or _is_lesser_row(candidate, other) for other in kept):
            kept.append(candidate)
    return _newest_first(kept)


def _good(candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    return (candidate for candidate in candidates if candidate.score >= GOOD * candidates[0].score)


def _repeats(one: Candidate, other: Candidate) -> bool:
    """The same said by a document of another date may differ in the figure: then both are shown."""
    differs = one.quote.passage.dated != other.quote.passage.dated and one.quote.text != other.quote.text
    return _cosine(one, other) >= SAME and not differs


def _is_lesser_row(one: Candidate, other: Candidate) -> bool:
    """Rows of a table are alike in all but their label: one with fewer of the question's words is not the one asked for."""
    table, same = one.quote.table_header, one.quote.passage.document_id == other.quote.passage.document_id
    return bool(table) and same and table == other.quote.table_header and one.words < other.words


def _newest_first(kept: Sequence[Candidate]) -> list[Candidate]:
    ordered: list[Candidate] = []
    for candidate in kept:
        place = next((at for at, other in enumerate(ordered) if _supersedes(candidate, other)), len(ordered))
        ordered.insert(place, candidate)
    return ordered


def _follows_newer(at: int, chosen: Sequence[Candidate]) -> bool:
    return any(_supersedes(before, chosen[at]) for before in chosen[:at])


def _supersedes(one: Candidate, other: Candidate) -> bool:
    newer, older = one.quote.passage.dated, other.quote.passage.dated
    return bool(newer and older and newer > older and _cosine(one, other) >= ALIKE)


def _cosine(one: Candidate, other: Candidate) -> float:
    return float(one.vector @ other.vector)


def _paragraph(citation: Citation, *, older: bool) -> str:
    """A sentence without the line breaks of its page; a row below its header. A quote that says "[2]" does not cite."""
    text = f"{citation.table_header}\n{citation.quote}" if citation.table_header else " ".join(citation.quote.split())
    return f"{not_a_marker(text)} [{citation.marker}]" + (" (older)" if older else "")
