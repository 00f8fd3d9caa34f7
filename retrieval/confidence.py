"""Whether the passages answer the question at all. Below the threshold nothing is claimed.

Where all passages speak of one subject, such as one insurance plan, every sentence resembles every question about it, and a
cosine has to be higher to mean something: so the passages' kinship among themselves is taken off. docs/adr/0005-abstaining.md.
"""

from retrieval.reading import Candidate, Reading

THRESHOLD = 0.4
WORDS, FIRST, CODE, KINSHIP = 0.1, 0.2, 0.3, 0.65


def answers(reading: Reading) -> bool:
    return confidence(reading) >= THRESHOLD


def confidence(reading: Reading) -> float:
    """How close the best quote comes, less the passages' kinship. A code such as SK-4417 that the question names must be there, and
    speaks for itself where it is."""
    if not reading.candidates or reading.has_codes is False:
        return 0.0
    closest = max(_closeness(candidate) for candidate in reading.candidates)
    return closest - KINSHIP * reading.kinship + (CODE if reading.has_codes else 0.0)


def _closeness(candidate: Candidate) -> float:
    """In meaning, a little in words, and more where the search, too, put its passage first."""
    return max(candidate.meaning, candidate.subject) + WORDS * candidate.words + FIRST / (1 + candidate.rank)
