"""Whether the person who asked may still read what an answer is being made from."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Generic, TypeVar
from uuid import UUID

from access.resolve import renewed
from access.viewer import Viewer
from documents.queries import Passage, still_visible
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
    """Holds the epoch under which the passages were last found readable."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._documents: set[UUID] = set()

    async def readable(self, passages: Sequence[Passage]) -> tuple[Passage, ...]:
        """Before the prompt: those of the passages that may be read at this moment. They are guarded from now on."""
        allowed = await in_thread(self._allowed_now, {passage.document_id for passage in passages})
        kept = tuple(passage for passage in passages if passage.document_id in allowed)
        self._documents = {passage.document_id for passage in kept}
        return kept

    async def check(self) -> None:
        """Raises AccessChanged, or NoAccess where the person may read nothing here any more."""
        allowed = await in_thread(self._allowed_now, self._documents)
        if not self._documents <= allowed:
            raise AccessChanged
        await release()

    async def watched(self, pieces: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
        """The pieces, as long as the access holds: checked before the first, then whenever the tenant's epoch has moved."""
        first = True
        async with epochs().watching(self._viewer.tenant_id, self._viewer.epoch) as polled, _Ahead(pieces) as ahead:
            while True:
                arrived = await ahead.arrives(LOOK)
                if (first and arrived) or polled.of(self._viewer.tenant_id) != self._viewer.epoch:
                    await self.check()
                    first = first and not arrived
                if arrived:
                    piece = ahead.take()
                    if piece is None:
                        return
                    yield piece

    def _allowed_now(self, documents: set[UUID]) -> set[UUID]:
        """An unmoved epoch says that nothing changed since the recheck. A moved one: who the person is, is read again too."""
        if tenants.epoch(self._viewer.tenant_id) == self._viewer.epoch:
            return documents
        self._viewer = renewed(self._viewer)
        return set(still_visible(self._viewer, list(documents)))


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
