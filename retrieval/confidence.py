"""Whether the passages answer the question at all. Below the threshold nothing is claimed.

Where all passages speak of one subject, such as one insurance plan, every sentence resembles every question about it, and a
cosine has to be higher to mean something: so the passages' kinship among themselves is taken off. docs/adr/0005-abstaining.md.
"""

from retrieval.reading import Reading

THRESHOLD = 0.33
WORDS, KINSHIP, CODE = 0.1, 0.6, 0.3


def answers(reading: Reading) -> bool:
    return confidence(reading) >= THRESHOLD


def confidence(reading: Reading) -> float:
    """The best quote's closeness in meaning, and a little in words, less the passages' kinship. A code such as SK-4417 that the
    question names must be there, and speaks for itself where it is."""
    if not reading.candidates or reading.has_codes is False:
        return 0.0
    closest = max(candidate.meaning + WORDS * candidate.words for candidate in reading.candidates)
    return closest - KINSHIP * reading.kinship + (CODE if reading.has_codes else 0.0)
