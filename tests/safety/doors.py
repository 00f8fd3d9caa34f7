"""Every way in which text leaves, for one viewer: what came out is searched for canaries as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from asgiref.sync import async_to_sync
from numpy.typing import NDArray

from access.viewer import Viewer
from conversations import queries as conversations
from documents import queries
from inference.embedder import get_embedder
from retrieval.ask import ask
from retrieval.context import packed
from retrieval.events import Event
from retrieval.prompt import conversation as prompt
from retrieval.search import search
from tenants.scope import within
from tests.safety.shelf import WORDS

QUESTION = "When does the gate of the harbour open?"
MANY = 60


@dataclass(frozen=True)
class Seen:
    """What left by searching, and what by the doors that are opened with an id."""

    found: str
    listed: str
    opened: str


def look(viewer: Viewer, document: UUID) -> Seen:
    """`document`: one that somebody knows the id of, readable or not."""
    found = search(viewer, WORDS, limit=MANY)
    sent = prompt(QUESTION, packed(found.ranked), ())
    opened = queries.document(viewer, document)
    pages = queries.pages(viewer, document)
    with within(viewer.tenant_id):
        listed = [*queries.visible_to(viewer), *queries.granted_to(viewer)]
    return Seen(
        found=repr((found, sent)),
        listed=repr([(one.id, one.title) for one in listed]),
        opened=repr((opened and opened.title, [page.text for page in pages], queries.still_visible(viewer, [document]))),
    )


def asked(viewer: Viewer, conversation_id: UUID | None = None) -> list[Event]:
    async def events() -> list[Event]:
        return [event async for event in ask(viewer, QUESTION, conversation_id=conversation_id)]

    return async_to_sync(events)()


def history(viewer: Viewer) -> str:
    with within(viewer.tenant_id):
        return repr([conversations.turns(viewer, one.id) for one in conversations.own(viewer)])


class Remembering:
    """The embedder, which is asked the same few texts ten thousand times."""

    def __init__(self) -> None:
        self._known: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        for text in texts:
            if text not in self._known:
                self._known[text] = get_embedder().encode([text])[0]
        return np.stack([self._known[text] for text in texts])
