"""The passages that a prompt has room for."""

from collections.abc import Sequence

from documents.queries import Passage

BUDGET = 9_000
"""Characters of passages, about 2,300 tokens: what a small model still reads with care."""


def packed(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The best passages that fit, best first; the first one always."""
    kept: list[Passage] = []
    room = BUDGET
    for passage in passages:
        room -= len(passage.text) + len(passage.table_header)
        if kept and room < 0:
            break
        kept.append(passage)
    return tuple(kept)
