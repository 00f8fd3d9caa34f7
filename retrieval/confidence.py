"""Whether the passages answer the question at all. Below the threshold nothing is claimed."""

from retrieval.reading import Reading

THRESHOLD = 0.6


def answers(reading: Reading) -> bool:
    return confidence(reading) >= THRESHOLD


def confidence(reading: Reading) -> float:
    """The best cosine of a quote to the question."""
    return max((candidate.meaning for candidate in reading.candidates), default=0.0)
