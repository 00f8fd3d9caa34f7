"""Whether the passages answer the question at all. Below the threshold nothing is claimed.

Where all passages speak of one subject, such as one insurance plan, every sentence resembles every question about it, and a
cosine has to be higher to mean something: so the passages' kinship among themselves is taken off, and a little of how near the
question is to all of them. docs/adr/0005-abstaining.md.
"""

from retrieval.reading import Candidate, Reading

THRESHOLD = 0.376
WORDS, FIRST, CODE = 0.05, 0.2, 0.3
KINSHIP, NEARNESS = 0.6, 0.1


def answers(reading: Reading) -> bool:
    return confidence(reading) >= THRESHOLD


def confidence(reading: Reading) -> float:
    """How close the best quote comes, less what all passages have in common. A code such as SK-4417 that the question names must be
    there, and speaks for itself where it is."""
    if not reading.candidates or reading.has_codes is False:
        return 0.0
    closest = max(_closeness(candidate) for candidate in reading.candidates)
    common = KINSHIP * reading.kinship + NEARNESS * reading.nearness
    return closest - common + (CODE if reading.has_codes else 0.0)


def _closeness(candidate: Candidate) -> float:
    """In meaning, a little in words, and more where the search, too, put its passage first."""
    return max(candidate.meaning, candidate.subject) + WORDS * candidate.words + FIRST / (1 + candidate.rank)
