"""The tenants' epochs, read every two seconds for all running answers of this process by one task."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from uuid import UUID
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection

from tenants import queries as tenants

log = logging.getLogger("redoubt.retrieval")
SECONDS = 2.0


class Epochs:
    """While at least one answer is watched, `of` is at most about two seconds old; None says that it could not be read."""

    def __init__(self) -> None:
        self._watched: Counter[UUID] = Counter()
        self._read: Mapping[UUID, int] = {}
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def watching(self, tenant: UUID, epoch: int) -> AsyncIterator["Epochs"]:
        """`epoch` is the one that the caller knows, until the first reading."""
        self._watched[tenant] += 1
        self._read = {tenant: epoch, **self._read}
        self._task = self._task or asyncio.create_task(self._poll())
        try:
            yield self
        finally:
            self._watched -= Counter([tenant])
            self._stop_if_idle()

    def of(self, tenant: UUID) -> int | None:
        return self._read.get(tenant)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(SECONDS)
            try:
                self._read = await sync_to_async(_epochs, thread_sensitive=False)(list(self._watched))
            except DatabaseError as error:
                log.warning("The epochs cannot be read (%s); running answers are checked one by one.", type(error).__name__)
                self._read = {}

    def _stop_if_idle(self) -> None:
        if not self._watched and self._task:
            self._task.cancel()
            self._task, self._read = None, {}


_of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Epochs] = WeakKeyDictionary()


def epochs() -> Epochs:
    """This process's, or rather this event loop's."""
    return _of_loop.setdefault(asyncio.get_running_loop(), Epochs())


def _epochs(ids: Iterable[UUID]) -> Mapping[UUID, int]:
    try:
        return tenants.epochs(ids)
    finally:
        connection.close()
