"""The words of a question that carry its meaning, and how many of them a text holds."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from inference.sparse import words

ASKING = "how much many may might must could would shall please tell explain describe give list name mention according"
"""Words that ask. The encoder's stop words hold the others."""


def meaning(question: str, language: str) -> frozenset[int]:
    """The question's words without those that only ask; all of them where nothing else is left."""
    asked = words(question, language)
    return asked - words(ASKING, language) or asked


class Weights:
    """How rare each word of the question is among texts, which the viewer may all read: what he may not see shifts no weight."""

    def __init__(self, asked: Collection[int], texts: Sequence[Collection[int]]) -> None:
        counts = Counter(word for text in texts for word in asked if word in text)
        self._weights = {word: math.log(1 + (len(texts) - counts[word] + 0.5) / (counts[word] + 0.5)) for word in asked}
        self._total = sum(self._weights.values())

    def share(self, text: Collection[int]) -> float:
        """Of the question's weight, the part that the text's words hold: 0 to 1."""
        return self.sum(word for word in self._weights if word in text) / self._total if self._total else 0.0

    def sum(self, found: Iterable[int]) -> float:
        return sum(self._weights[word] for word in found)
