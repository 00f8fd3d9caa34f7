"""What comes out of search, an answer, its prompt and the memory of it, below every face."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from asgiref.sync import async_to_sync

from access.doors import Canary, Door, Persona
from access.resolve import NoAccess, viewer_by_email
from access.viewer import Viewer
from conversations import queries as conversations
from retrieval import prompt
from retrieval.ask import ask
from retrieval.context import packed
from retrieval.search import search

DEEP = 50


@contextmanager
def opening() -> Iterator[Sequence[Door]]:
    yield [Door("search", _search), Door("answer", _answer), Door("prompt", _prompt), Door("history", _history, private=True)]


def _viewer(persona: Persona) -> Viewer | None:
    try:
        return viewer_by_email(persona.email, persona.slug)
    except NoAccess:
        return None


def _search(persona: Persona, canary: Canary) -> Iterable[str]:
    viewer = _viewer(persona)
    return [] if viewer is None else map(repr, search(viewer, canary.question, limit=DEEP).passages)


def _answer(persona: Persona, canary: Canary) -> Iterable[str]:
    """A new question, and one more in each conversation that somebody had about it."""
    viewer = _viewer(persona)
    if viewer is None:
        return []
    return [word for conversation in (None, *canary.conversations) for word in async_to_sync(_told)(viewer, canary, conversation)]


async def _told(viewer: Viewer, canary: Canary, conversation: object) -> list[str]:
    return [repr(event) async for event in ask(viewer, canary.question, conversation_id=conversation, face="leaktest")]  # type: ignore[arg-type]


def _prompt(persona: Persona, canary: Canary) -> Iterable[str]:
    """The words that a model would be sent."""
    viewer = _viewer(persona)
    if viewer is None:
        return
    read = packed(search(viewer, canary.question).passages)
    for conversation in canary.conversations:
        try:
            earlier = conversations.readable(conversations.turns(viewer, conversation))
        except conversations.UnknownConversation:
            earlier = []
        yield from (said.text for said in prompt.conversation(canary.question, read, earlier))
    yield from (said.text for said in prompt.conversation(canary.question, read, []))


def _history(persona: Persona, canary: Canary) -> Iterable[str]:
    viewer = _viewer(persona)
    if viewer is None:
        return
    for conversation in canary.conversations:
        try:
            yield from map(repr, conversations.turns(viewer, conversation))
        except conversations.UnknownConversation as unknown:
            yield str(unknown)
