"""Optimising in the gaps between requests: while a slice is under way, no query is answered."""

import asyncio
import time

from index.embedded.store import Store

GAP = 0.02
GAPS_MISSED = 100  # two seconds of requests without a gap


class Idle:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._last_request = time.monotonic()
        self._much_changed = asyncio.Event()

    def interrupted(self) -> None:
        """A request is here."""
        self._last_request = time.monotonic()

    def look(self) -> None:
        if self._store.wants_optimizing():
            self._much_changed.set()

    async def optimize(self) -> None:
        """For ever. Slices between requests; a stream of requests without a gap delays them, but not for ever."""
        self.look()  # what an earlier process left undone
        while True:
            await self._much_changed.wait()
            self._much_changed.clear()
            for _ in range(GAPS_MISSED):
                if time.monotonic() - self._last_request >= GAP:
                    break
                await asyncio.sleep(GAP)
            while self._store.wants_optimizing():
                self._store.optimize_one()
                await asyncio.sleep(GAP)
