"""Keeps the documents that this process holds its own while it works on them, and gives back what is left when the work breaks off."""

import logging
import threading
from collections.abc import Iterable
from types import TracebackType
from uuid import UUID

from django.db import Error, connection

from documents import work
from documents.work import Claim

log = logging.getLogger("redoubt.ingestion")


class Held:
    """A thread renews the leases three times as often as they run out."""

    def __init__(self) -> None:
        self._claims: dict[UUID, Claim] = {}
        self._guard = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="leases", daemon=True)

    def __enter__(self) -> "Held":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def add(self, claims: Iterable[Claim]) -> None:
        with self._guard:
            self._claims.update({claim.document: claim for claim in claims})

    def drop(self, claims: Iterable[Claim]) -> None:
        with self._guard:
            for claim in claims:
                self._claims.pop(claim.document, None)

    def all(self) -> list[Claim]:
        with self._guard:
            return list(self._claims.values())

    def _renew(self) -> None:
        try:
            while not self._over.wait(work.LEASE.total_seconds() / 3):
                self._renew_once()
        finally:
            connection.close()

    def _renew_once(self) -> None:
        try:
            work.renew([claim.document for claim in self.all()])
        except Error:
            log.warning("Leases could not be renewed; the database does not answer.")
            connection.close()
