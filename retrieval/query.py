"""What is searched for: the question, or, where it leans on the ones before, all of them together."""

import re
from collections.abc import Sequence

SHORT = 18
"""Words, up to which a question with a pronoun leans on the one before; a longer one brings its own subject."""
BARE = 3
"""Words, up to which a question without a name or a number does."""

_LEANS = re.compile(
    r"^(?:and|but|or|so|also|what about|how about|what if|then|in that case|why(?: not)?\s*\??$|for whom|since when|until when|even)\b"
    r"|\b(?:it|its|they|them|their|theirs|those|these|he|she|him|her|his|hers|former|latter|the same|instead|otherwise|else)\b"
    r"|\b(?:this|that)\b(?=\s*(?:[?.!,]|$|is|are|was|does|apply|mean|cost|take|rule|one))",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b(?:[A-Z][\w-]+|\d[\w-]*)")


def standalone(question: str, earlier: Sequence[str]) -> str:
    """The text to search for. `earlier`: the conversation's questions, oldest first."""
    parts = [question]
    for before in reversed(earlier):
        if not leans(parts[0]):
            break
        parts.insert(0, before)
    return " ".join(parts)


def leans(question: str) -> bool:
    """Whether it can only be understood with the question before: it has a pronoun, begins with "and", or is a few bare words."""
    words = question.split()
    if _LEANS.search(question):
        return len(words) <= SHORT
    return len(words) <= BARE and not _NAME.search(" ".join(words[1:]))
