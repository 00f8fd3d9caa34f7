"""Whether the person who asked may still read what an answer is being made from."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Generic, TypeVar
from uuid import UUID

from access.resolve import renewed
from access.viewer import Viewer
from conversations.queries import Turn
from documents.queries import Passage, current
from retrieval.database import in_thread, release
from retrieval.epochs import epochs
from tenants import queries as tenants

T = TypeVar("T")
LOOK = 0.5
"""Seconds, after which a silent model's answer looks at the tenant's epoch all the same."""


class AccessChanged(Exception):
    def __init__(self) -> None:
        super().__init__("Your access changed while this was being answered. Ask again.")


class Guard:
    """Holds what an answer is made from, and its asker as of the epoch under which all of it was last found readable."""

    def __init__(self, viewer: Viewer, history: Sequence[Turn] = ()) -> None:
        self.viewer = viewer
        self.history = tuple(history)
        self.passages: tuple[Passage, ...] = ()

    async def take(self, passages: Sequence[Passage]) -> None:
        """What was found for its viewer just now; what may not be read at this moment is dropped."""
        self.passages = tuple(passages)
        await self.dropped()

    async def dropped(self) -> bool:
        """Drops what may not be read any more, and says whether there was any. Raises NoAccess where nothing here may be read."""
        return await in_thread(self._drop)

    async def check(self) -> None:
        """Where something had to be dropped, AccessChanged; else as `dropped`."""
        if await self.dropped():
            raise AccessChanged
        await release()

    async def watched(self, pieces: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
        """The pieces, as long as the access holds: checked before the first, then whenever the tenant's epoch has moved."""
        first = True
        async with epochs().watching(self.viewer.tenant_id, self.viewer.epoch) as polled, _Ahead(pieces) as ahead:
            while True:
                arrived = await ahead.arrives(LOOK)
                if (first and arrived) or polled.of(self.viewer.tenant_id) != self.viewer.epoch or self.viewer.over:
                    await self.check()
                    first = first and not arrived
                if arrived:
                    piece = ahead.take()
                    if piece is None:
                        return
                    yield piece

    def _drop(self) -> bool:
        """An unmoved epoch says that nothing changed since the last look, but for a membership that ends by itself. Else who the person
        is, is read again too."""
        if tenants.epoch(self.viewer.tenant_id) == self.viewer.epoch and not self.viewer.over:
            return False
        self.viewer = renewed(self.viewer)
        before = self.passages, self.history
        allowed = current(self.viewer, list(self._documents()))
        self.passages = tuple(passage for passage in self.passages if (passage.document_id, passage.generation) in allowed)
        self.history = tuple(turn for turn in self.history if turn.texts <= allowed)
        return before != (self.passages, self.history)

    def _documents(self) -> set[UUID]:
        return {passage.document_id for passage in self.passages}.union(*(turn.documents for turn in self.history))


class _Ahead(Generic[T]):
    """The next piece, awaited beside something else. Leaving it closes the pieces, and with them the model's request."""

    def __init__(self, pieces: AsyncGenerator[T, None]) -> None:
        self._pieces = pieces
        self._next: asyncio.Task[T | None] | None = None

    async def __aenter__(self) -> "_Ahead[T]":
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._next:
            self._next.cancel()
            await asyncio.wait({self._next})
        await self._pieces.aclose()

    async def arrives(self, seconds: float) -> bool:
        self._next = self._next or asyncio.create_task(self._advance())
        done, _ = await asyncio.wait({self._next}, timeout=seconds)
        return bool(done)

    def take(self) -> T | None:
        """The piece, or None at the end; what the pieces raise is raised here."""
        if self._next is None:
            return None
        task, self._next = self._next, None
        return task.result()

    async def _advance(self) -> T | None:
        return await anext(self._pieces, None)
