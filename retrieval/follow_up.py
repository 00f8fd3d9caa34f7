"""What to search for when a question leans on earlier ones: the model writes one that stands alone, else they go together."""

from collections.abc import Sequence
from functools import cache
from html import unescape
from pathlib import Path
from uuid import UUID

from conversations.queries import Turn
from inference import server, steps
from inference.errors import InferenceError
from retrieval.citations import WORD_JOINER, without_markers
from retrieval.database import release
from retrieval.prompt import literal
from retrieval.query import chain

LONGEST = 400
"""Characters. What is longer, or has more than one line, is no question."""
ANSWER = 600
"""Characters of an earlier answer: enough to know what "it" is."""
TURNS = 4
"""Earlier turns that a question may reach back over; further back the subject has changed."""


async def searched_for(question: str, earlier: Sequence[str], history: Sequence[Turn], *, tenant: UUID) -> str:
    """`earlier`: all the conversation's questions; `history`: its turns that may be read today. Both oldest first."""
    together = chain(question, earlier)
    turns = _leant_on(together[:-1], history)
    if turns and server.configured():
        return await _rewritten(question, turns, tenant) or " ".join(together)
    return " ".join(together)


def _leant_on(questions: Sequence[str], history: Sequence[Turn]) -> Sequence[Turn]:
    """The turns of just these questions; none where one of them may not be read, since the subject may be in that one."""
    turns = history[-len(questions) :] if 0 < len(questions) <= TURNS else ()
    return turns if [turn.question for turn in turns] == list(questions) else ()


async def _rewritten(question: str, turns: Sequence[Turn], tenant: UUID) -> str:
    """Empty where the model does not answer, or not with a question."""
    values = {"earlier": "\n\n".join(_told(turn) for turn in turns), "question": literal(question)}
    await release()
    try:
        said = await steps.run(_messages(), values, tenant=tenant)
    except InferenceError:
        return ""
    line = unescape(said).replace(WORD_JOINER, "").strip(" \n\"'*")
    return line if len(line) <= LONGEST and len(line.splitlines()) <= 1 else ""


def _told(turn: Turn) -> str:
    return f"Question: {literal(turn.question)}\nAnswer: {literal(without_markers(turn.answer)[:ANSWER])}"


@cache
def _messages() -> tuple[tuple[str, str], ...]:
    rules = (Path(__file__).parent / "prompts" / "follow_up.md").read_text(encoding="utf-8")
    return ("system", rules.strip()), ("human", "{earlier}\n\nFollow-up question: {question}")
