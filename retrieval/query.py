"""What is searched for: the question, or, where it leans on the ones before, all of them together."""

import re
from collections.abc import Sequence

SHORT = 18
"""Words, up to which a question with a pronoun leans on the one before; a longer one brings its own subject."""
BARE = 3
"""Words, up to which "Who approves?" or "For contractors?" does."""

_LEANS = re.compile(
    r"^(?:and|but|or|so|also|what about|how about|what if|then|in that case|for whom|since when|until when|even)\b"
    r"|\b(?:it|its|they|them|their|theirs|those|these|he|she|him|her|his|hers|former|latter|the same|instead|otherwise|else)\b"
    r"|^(?:is|are|was|does|do|did|can|will|would|should|has) (?:this|that)\b"
    r"|\b(?:this|that)\b(?=\s*(?:[?.!,]|$|is|are|was|does|apply|mean|cost|take|rule|one))",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^(?:why|who|whom|when|where|how|which|what|for|in|on|at|from|with|without|by|until|since|after|before|during)\b", re.IGNORECASE
)


def standalone(question: str, earlier: Sequence[str]) -> str:
    """The text to search for. `earlier`: the conversation's questions, oldest first."""
    return " ".join(chain(question, earlier))


def chain(question: str, earlier: Sequence[str]) -> list[str]:
    """The question, and in front of it those it leans on, back to the one that stands alone."""
    parts = [question]
    for before in reversed(earlier):
        if not leans(parts[0]):
            break
        parts.insert(0, before)
    return parts


def leans(question: str) -> bool:
    """Whether it can only be understood with the question before: it has a pronoun, begins with "and", or asks without a subject."""
    words = question.split()
    if _LEANS.search(question.strip()):
        return len(words) <= SHORT
    return len(words) <= BARE and bool(_ASKS.match(question))
