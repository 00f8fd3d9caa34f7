"""One answer: search, pack, prompt, stream, cite; without a model, or with it down, quoted sentences."""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from access.viewer import Viewer
from conversations.queries import Turn
from documents.queries import Passage
from inference import chat, server
from inference.errors import InferenceError
from retrieval import extractive, prompt, support
from retrieval.citations import Citation, MarkerFilter, without_markers
from retrieval.context import packed
from retrieval.database import in_thread, release
from retrieval.events import ABSTAINED, ABSTENTION, EXTRACTIVE, MODEL, Citations, Event, Sources, Thinking, Token
from retrieval.follow_up import searched_for
from retrieval.guard import Guard
from retrieval.reading import Question
from retrieval.search import search

FOUND = 10
MODEL_IS_DOWN = "The model does not answer at the moment, so these are sentences quoted from the documents."
BROKE_OFF = "The model broke off before the end of its answer."


@dataclass(slots=True)
class Draft:
    """What there is of an answer so far; kept as it is when the asker leaves or the model breaks off."""

    began: float = field(default_factory=time.perf_counter)
    text: str = ""
    mode: str = EXTRACTIVE
    read: tuple[Passage, ...] = ()
    remembered: tuple[Turn, ...] = ()
    """The earlier turns that stood in the model's prompt, beside the passages that it read."""
    citations: tuple[Citation, ...] = ()
    closest: tuple[Citation, ...] = ()
    milliseconds: dict[str, float] = field(default_factory=dict)
    interrupted: bool = False
    note: str = ""

    def lap(self, step: str) -> None:
        """Milliseconds since the question was asked."""
        self.milliseconds[step] = round(1000 * (time.perf_counter() - self.began), 1)


@dataclass(frozen=True, slots=True)
class Asked:
    viewer: Viewer
    question: str
    history: tuple[Turn, ...] = ()
    """The turns that may be read today, oldest first."""
    earlier: tuple[str, ...] = ()
    """All questions of the conversation, oldest first."""
    query: str = ""
    """What is searched for; `answer` fills it in."""


async def answer(asked: Asked, draft: Draft) -> AsyncGenerator[Event, None]:
    """The events up to the citations. Fills `draft` as it goes."""
    query = await searched_for(asked.question, asked.earlier, asked.history, tenant=asked.viewer.tenant_id)
    asked = replace(asked, query=query)
    guard = Guard(asked.viewer, asked.history[-prompt.REMEMBERED :])
    found = await in_thread(search, asked.viewer, asked.query, limit=FOUND)
    await guard.take(found.ranked)
    draft.milliseconds = dict(found.milliseconds)
    yield Sources(guard.passages, found.milliseconds)
    if server.configured() and guard.passages:
        async with aclosing(_by_model(asked, guard, draft)) as events:
            async for event in events:
                yield event
    if not draft.text:
        for event in await _by_quotes(asked, guard, draft):
            yield event
    draft.lap("total")


async def _by_quotes(asked: Asked, guard: Guard, draft: Draft) -> list[Event]:
    result = await _quoted(asked, guard)
    draft.read, draft.remembered = (), ()
    draft.text, draft.mode, draft.citations, draft.closest = "\n\n".join(result.paragraphs), result.mode, result.citations, result.closest
    draft.lap("first_word")
    pieces = [*(f"{paragraph}\n\n" for paragraph in result.paragraphs[:-1]), *result.paragraphs[-1:]]
    return [*(Token(piece) for piece in pieces), Citations(draft.citations, draft.closest)]


async def _quoted(asked: Asked, guard: Guard) -> extractive.Extract:
    """Looks at the access last of all; where something had to be dropped, the rest is quoted anew."""
    question = Question(asked.question, asked.query, asked.viewer.language)
    while True:
        result = await in_thread(extractive.answer, guard.viewer, question, guard.passages)
        if not await guard.dropped():
            return result


async def _by_model(asked: Asked, guard: Guard, draft: Draft) -> AsyncGenerator[Event, None]:
    """Leaves the draft empty where the model says nothing: then quotes answer."""
    await guard.dropped()
    draft.read, draft.remembered = packed(guard.passages), guard.history
    if not draft.read:
        return
    said = prompt.conversation(asked.question, draft.read, draft.remembered)
    await release()
    try:
        async with aclosing(_relayed(chat.stream(said, tenant=asked.viewer.tenant_id), guard, draft)) as events:
            async for event in events:
                yield event
    except InferenceError:
        draft.note = BROKE_OFF if draft.text else MODEL_IS_DOWN
        draft.interrupted = bool(draft.text)
        if not draft.text:
            return
    yield await _cited(asked, draft)


async def _relayed(pieces: AsyncGenerator[chat.Piece, None], guard: Guard, draft: Draft) -> AsyncGenerator[Event, None]:
    markers = MarkerFilter(draft.read)
    async with aclosing(guard.watched(pieces)) as watched:
        async for piece in watched:
            if piece.is_reasoning:
                yield Thinking(piece.text)
            elif text := markers.feed(piece.text):
                yield _add(text, draft)
    if text := markers.flush():
        yield _add(text, draft)


def _add(text: str, draft: Draft) -> Token:
    if not draft.text:
        draft.mode = MODEL
        draft.lap("first_word")
    draft.text += text
    return Token(text)


async def _cited(asked: Asked, draft: Draft) -> Citations:
    if without_markers(draft.text).strip(" \n\"'*.") == ABSTENTION.rstrip("."):
        draft.mode, draft.text = ABSTAINED, ABSTENTION
        draft.closest = extractive.closest(draft.read)
    else:
        draft.citations = await in_thread(support.citations, draft.text, draft.read)
    return Citations(draft.citations, draft.closest)
