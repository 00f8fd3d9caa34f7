"""Which quotes an answer is made of: few, each saying something that the others do not."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from documents.queries import Passage
from retrieval.confidence import answers
from retrieval.extractive import best
from retrieval.quotes import Quote, quotes
from retrieval.reading import Candidate, Reading, kinship, nearness
from tests.retrieval.passages import passage

TABLE = "Storage | Price\nChilled | 20\nBonded | 16"


def candidates(found: Passage, *scores: tuple[float, float]) -> list[Candidate]:
    """`scores`: meaning and words of each quote of the passage, which points its own way."""
    return [candidate(quote, at, *score) for at, (quote, score) in enumerate(zip(quotes(found), scores, strict=True))]


def candidate(quote: Quote, way: int, meaning: float, words: float) -> Candidate:
    return Candidate(quote, 0, words, meaning, meaning, direction(way))


def direction(way: int) -> NDArray[np.float32]:
    vector = np.zeros(8, dtype=np.float32)
    vector[way] = 1.0
    return vector


def reading(found: list[Candidate], *, kinship: float = 0.5, nearness: float = 0.5) -> Reading:
    ordered = sorted(found, key=lambda candidate: -candidate.score)
    return Reading(tuple(ordered), None, kinship, nearness)


def chosen(found: list[Candidate]) -> list[str]:
    return [candidate.quote.text for candidate in best(reading(found))]


def test_a_row_with_fewer_of_the_questions_words_than_its_neighbour_is_left_out() -> None:
    assert chosen(candidates(passage(TABLE), (0.7, 0.6), (0.7, 0.5))) == ["Chilled | 20"]


def test_two_rows_that_are_both_asked_for_are_both_quoted() -> None:
    assert chosen(candidates(passage(TABLE), (0.7, 0.6), (0.69, 0.6))) == ["Chilled | 20", "Bonded | 16"]


def test_a_sentence_that_says_clearly_less_is_not_added() -> None:
    text = "The gate opens at seven. The gate is painted green."
    assert chosen(candidates(passage(text), (0.8, 1.0), (0.55, 1.0))) == ["The gate opens at seven."]


def test_there_are_never_more_than_five() -> None:
    text = " ".join(f"Gate {name} opens at seven." for name in ("north", "south", "east", "west", "upper", "lower", "inner"))
    assert len(chosen(candidates(passage(text), *[(0.8, 1.0)] * 7))) == 5


def test_the_newer_of_two_documents_comes_first_although_the_older_fits_better() -> None:
    old, new = (
        passage("Everyone has 20 days.", dated=date(2024, 1, 1)),
        passage("Everyone has 25 days.", title="New", dated=date(2026, 1, 1)),
    )
    [older], [newer] = quotes(old), quotes(new)

    assert chosen([candidate(older, 0, 0.9, 1.0), candidate(newer, 0, 0.88, 1.0)]) == ["Everyone has 25 days.", "Everyone has 20 days."]


def test_what_all_passages_have_in_common_is_no_evidence() -> None:
    found = candidates(passage("The plan covers the care of teeth."), (0.6, 0.5))

    assert answers(reading(found, kinship=0.5, nearness=0.4))
    assert not answers(reading(found, kinship=0.75, nearness=0.4))
    assert not answers(reading(found, kinship=0.7, nearness=0.7))


def test_one_passage_has_nothing_in_common_with_others() -> None:
    assert kinship([direction(0)]) == nearness(direction(0), [direction(0)]) == 0.5
    assert nearness(direction(0), [direction(0), direction(1)]) == 0.5
